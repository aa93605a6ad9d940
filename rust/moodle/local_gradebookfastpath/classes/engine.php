<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/** The extension where PHP has loaded it, else plain PHP: the same numbers, later. */
final class engine {
    public static function is_native(): bool {
        return extension_loaded('gradebook_fastpath');
    }

    /** As plain::packed(). */
    public static function packed(...$arguments): array {
        return self::is_native() ? gradebook_fastpath_packed(...$arguments) : plain::packed(...$arguments);
    }
}
