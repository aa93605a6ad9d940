<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** A link among the course's reports. */
function local_wasmwidgets_extend_navigation_course(
    navigation_node $navigation,
    stdClass $course,
    context_course $context
): void {
    if (get_config('local_wasmwidgets', 'gradepreview') && has_capability('local/wasmwidgets:gradepreview', $context)) {
        $url = new moodle_url('/local/wasmwidgets/gradepreview.php', ['id' => $course->id]);
        $reports = $navigation->find('coursereports', navigation_node::TYPE_CONTAINER) ?: $navigation;
        $reports->add(get_string('gradepreview', 'local_wasmwidgets'), $url, navigation_node::TYPE_SETTING);
    }
}
