<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph\privacy;

/** Answers are the question engine's to store. */
final class provider implements \core_privacy\local\metadata\null_provider {
    public static function get_reason(): string {
        return 'privacy:metadata';
    }
}
