<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The PDF of a File activity, in the viewer.

require(__DIR__ . '/../../config.php');

use local_wasmwidgets\pack;
use local_wasmwidgets\pdf_file;

[$course, $cm] = get_course_and_cm_from_cmid(required_param('id', PARAM_INT), 'resource');
require_course_login($course, true, $cm);
require_capability('mod/resource:view', context_module::instance($cm->id));
$pdf = get_config('local_wasmwidgets', 'pdf') ? pdf_file::of($cm, true) : null;
if ($pdf === null) {
    throw new moodle_exception('pdfnone', 'local_wasmwidgets', new moodle_url('/mod/resource/view.php', ['id' => $cm->id]));
}

$PAGE->set_url('/local/wasmwidgets/pdf.php', ['id' => $cm->id]);
$PAGE->set_title($course->shortname . ': ' . $cm->get_formatted_name());
$PAGE->set_heading($course->fullname);
$pack = new pack(__DIR__ . '/pack');
pdf_file::requires($PAGE, $pack);

echo $OUTPUT->header();
echo $pdf->html($pack);
echo $OUTPUT->footer();
