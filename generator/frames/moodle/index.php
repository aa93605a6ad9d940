<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The page: how long ago the participants of a course have been there. It asks Moodle, visits.php computes.

require(__DIR__ . '/@root@/config.php');

use @component@\visits;

$course = get_course(required_param('id', PARAM_INT));
require_login($course);
$context = context_course::instance($course->id);
require_capability('@type@/@name@:view', $context);

$PAGE->set_url('/@installed@/index.php', ['id' => $course->id]);
$PAGE->set_pagelayout('report');
$PAGE->set_title(get_string('pluginname', '@component@'));
$PAGE->set_heading($course->fullname);

$participants = array_keys(get_enrolled_users($context, '', 0, 'u.id'));
$seen = $DB->get_records_menu('user_lastaccess', ['courseid' => $course->id], '', 'userid, timeaccess');
$table = new html_table();
$table->head = [get_string('lastvisit', '@component@'), get_string('participants')];
foreach (visits::counted($participants, $seen, time()) as $since => $count) {
    $table->data[] = [get_string($since, '@component@'), $count];
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pluginname', '@component@'));
echo html_writer::table($table);
echo $OUTPUT->footer();
