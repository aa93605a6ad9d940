<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The report: totals that differ from the stored ones, or all of them. It changes nothing.

require(__DIR__ . '/../../config.php');
require_once($CFG->dirroot . '/user/lib.php');

use local_gradebookfastpath\engine;
use local_gradebookfastpath\loader;

const LOCAL_GRADEBOOKFASTPATH_ROWS = 1000; // One page; the command line has them all.

$course = get_course(required_param('id', PARAM_INT));
$preview = optional_param('preview', false, PARAM_BOOL);
require_login($course);
$context = context_course::instance($course->id);
require_capability('local/gradebookfastpath:view', $context);
require_capability('moodle/grade:viewall', $context);
if (groups_get_course_groupmode($course) == SEPARATEGROUPS) {
    require_capability('moodle/site:accessallgroups', $context); // The report has the whole course.
}

$PAGE->set_url('/local/gradebookfastpath/index.php', ['id' => $course->id, 'preview' => (int) $preview]);
$PAGE->set_pagelayout('report');
$PAGE->set_title(get_string('pluginname', 'local_gradebookfastpath'));
$PAGE->set_heading($course->fullname);

$totals = loader::totals($course->id);
$rows = [];
foreach ($preview ? $totals->all() : $totals->differences() as $total) {
    $rows[] = $total;
    if (count($rows) === LOCAL_GRADEBOOKFASTPATH_ROWS) {
        break;
    }
}
$users = user_get_users_by_id(array_column($rows, 'userid'));
$items = grade_item::fetch_all(['courseid' => $course->id]) ?: [];

$table = new html_table();
$table->head = array_map(
    static fn(array $string): string => get_string(...$string),
    [['user'], ['total', 'local_gradebookfastpath'], ['stored', 'local_gradebookfastpath'], ['computed', 'local_gradebookfastpath']]
);
$shown = static fn(?float $grade): string => $grade === null ? '-' : format_float($grade, 5);
foreach ($rows as $total) {
    $user = $users[$total['userid']] ?? null;
    $table->data[] = [
        $user ? fullname($user) : (string) $total['userid'],
        $items[$total['itemid']]->get_name(true),
        $shown($total['stored']),
        $shown($total['computed']),
    ];
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pluginname', 'local_gradebookfastpath'));
if (array_filter($items, static fn(grade_item $item): bool => (bool) $item->needsupdate)) {
    echo $OUTPUT->notification(get_string('needsupdate', 'local_gradebookfastpath'), 'warning');
}
echo html_writer::tag('p', get_string(engine::is_native() ? 'native' : 'plain', 'local_gradebookfastpath'));
$other = new moodle_url($PAGE->url, ['preview' => (int) !$preview]);
echo html_writer::link($other, get_string($preview ? 'verify' : 'preview', 'local_gradebookfastpath'));
echo $rows ? html_writer::table($table) : html_writer::tag('p', get_string('nodifference', 'local_gradebookfastpath'));
echo $OUTPUT->footer();
