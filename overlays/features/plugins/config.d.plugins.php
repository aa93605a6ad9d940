<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. Which plugins there are is cached for each pod by itself: in the shared cachedir a pod of
// the earlier lock would write its own list over the new one, and in the image the list is of the image's own code.
if (!is_link(getenv('MOODLE_CODE_ROOT'))) {
    $CFG->alternative_component_cache = '/tmp/core_component.php';
}
