<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What other settings of a category would make of its totals. It saves nothing.

require(__DIR__ . '/../../config.php');

use local_wasmwidgets\gradepreview_loader;
use local_wasmwidgets\gradepreview_page;
use local_wasmwidgets\hook_callbacks;

$course = get_course(required_param('id', PARAM_INT));
$categoryid = optional_param('category', 0, PARAM_INT);
require_login($course);
$context = context_course::instance($course->id);
require_capability('local/wasmwidgets:gradepreview', $context);
require_capability('moodle/grade:viewall', $context);
require_capability('moodle/grade:viewhidden', $context);
if (groups_get_course_groupmode($course) == SEPARATEGROUPS) {
    require_capability('moodle/site:accessallgroups', $context); // The page has the whole course.
}
if (!get_config('local_wasmwidgets', 'gradepreview')) {
    throw new moodle_exception('disabled', 'local_wasmwidgets');
}

$PAGE->set_url('/local/wasmwidgets/gradepreview.php', ['id' => $course->id, 'category' => $categoryid]);
$PAGE->set_pagelayout('report');
$PAGE->set_title(get_string('gradepreview', 'local_wasmwidgets'));
$PAGE->set_heading($course->fullname);
hook_callbacks::requires($PAGE, 'gradepreview');

$loader = new gradepreview_loader($course->id, $categoryid);
$preview = $loader->preview();
if ($preview && optional_param('aggregation', null, PARAM_INT) !== null) {
    $preview = $preview->with([
        'aggregation' => required_param('aggregation', PARAM_INT),
        'aggregateonlygraded' => optional_param('aggregateonlygraded', 0, PARAM_BOOL),
        'droplow' => optional_param('droplow', 0, PARAM_INT),
        'keephigh' => optional_param('keephigh', 0, PARAM_INT),
        'weight' => optional_param_array('weight', [], PARAM_RAW_TRIMMED),
        'extra' => optional_param_array('extra', [], PARAM_BOOL),
    ]);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('gradepreview', 'local_wasmwidgets'));
echo $OUTPUT->single_select($PAGE->url, 'category', $loader->categories(), $loader->categoryid, null);
echo $preview
    ? (new gradepreview_page($preview, ['id' => $course->id, 'category' => $loader->categoryid]))->html()
    : html_writer::tag('p', get_string('noitems', 'local_wasmwidgets'));
echo $OUTPUT->footer();
