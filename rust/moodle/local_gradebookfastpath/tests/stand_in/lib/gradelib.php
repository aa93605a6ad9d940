<?php
// SPDX-License-Identifier: GPL-3.0-or-later

function grade_get_setting(int $courseid, string $name, $default) {
    return $default;
}
