<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What one text has in common with each of the others of its activity.

require(__DIR__ . '/../../config.php');
require_once(__DIR__ . '/lib.php');

use plagiarism_quadrangle\report;

$document = $DB->get_record('plagiarism_quadrangle_docs', ['id' => required_param('id', PARAM_INT)], '*', MUST_EXIST);
[$course, $cm] = get_course_and_cm_from_cmid($document->cm, 'assign');
require_login($course, false, $cm);
foreach (plagiarism_quadrangle_needs((int) $cm->id) as $capability) {
    require_capability($capability, $cm->context);
}

$PAGE->set_url('/plagiarism/quadrangle/report.php', ['id' => $document->id]);
$PAGE->set_title(get_string('pluginname', 'plagiarism_quadrangle'));
$PAGE->set_heading($course->fullname);
$shown = new report($document);

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('reportof', 'plagiarism_quadrangle', $shown->author()));
echo html_writer::tag('p', get_string('nojudgement', 'plagiarism_quadrangle'));
$notices = $shown->notices();
foreach ($notices as $notice) {
    echo $OUTPUT->notification(get_string($notice, 'plagiarism_quadrangle'), 'warning');
}
$table = new html_table();
$columns = ['other', 'covered', 'othercovered', 'passages'];
$table->head = array_map(static fn(string $name): string => get_string($name, 'plagiarism_quadrangle'), $columns);
$table->data = $shown->rows();
if ($table->data) {
    echo html_writer::table($table);
} else if (!$notices) {
    echo html_writer::tag('p', get_string('nothing', 'plagiarism_quadrangle'));
}
echo $OUTPUT->footer();
