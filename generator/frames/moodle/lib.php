<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** A link among the course's reports. */
function @component@_extend_navigation_course(navigation_node $navigation, stdClass $course, context_course $context): void {
    if (has_capability('@type@/@name@:view', $context)) {
        $url = new moodle_url('/@installed@/index.php', ['id' => $course->id]);
        $reports = $navigation->find('coursereports', navigation_node::TYPE_CONTAINER) ?: $navigation;
        $reports->add(get_string('pluginname', '@component@'), $url, navigation_node::TYPE_SETTING);
    }
}
