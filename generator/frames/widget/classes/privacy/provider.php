<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@\privacy;

/** What is typed is answered and forgotten. */
final class provider implements \core_privacy\local\metadata\null_provider {
    public static function get_reason(): string {
        return 'privacy:metadata';
    }
}
