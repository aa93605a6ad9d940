<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** The extension where PHP has loaded it, else plain PHP: the same bytes, later. */
final class engine {
    public static function is_native(): bool {
        return extension_loaded('plagiarism_detector');
    }

    /** As plain::fingerprint(). */
    public static function fingerprint(...$arguments): array {
        return self::is_native() ? plagiarism_detector_fingerprint(...$arguments) : plain::fingerprint(...$arguments);
    }

    /** As plain::compare(). */
    public static function compare(...$arguments): array {
        return self::is_native() ? plagiarism_detector_compare(...$arguments) : plain::compare(...$arguments);
    }

    /** As plain::report(). */
    public static function report(...$arguments): array {
        return self::is_native() ? plagiarism_detector_report(...$arguments) : plain::report(...$arguments);
    }
}
