<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@\privacy;

/** The plugin reads when participants were last seen, and stores nothing. */
final class provider implements \core_privacy\local\metadata\null_provider {
    public static function get_reason(): string {
        return 'privacy:metadata';
    }
}
