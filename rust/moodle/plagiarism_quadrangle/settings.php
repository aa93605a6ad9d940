<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// A page of its own: that is how Moodle shows the settings of plagiarism plugins.

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

use plagiarism_quadrangle\engine;
use plagiarism_quadrangle\settings_form;

admin_externalpage_setup('plagiarismquadrangle');

$form = new settings_form();
$form->set_data((array) get_config('plagiarism_quadrangle') + settings_form::DEFAULTS);
$data = $form->get_data();
if ($data) {
    foreach (array_keys(settings_form::DEFAULTS) as $name) {
        set_config($name, $data->$name, 'plagiarism_quadrangle');
    }
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pluginname', 'plagiarism_quadrangle'));
if ($data) {
    echo $OUTPUT->notification(get_string('changessaved'), 'success');
}
echo html_writer::tag('p', get_string(engine::is_native() ? 'native' : 'plain', 'plagiarism_quadrangle'));
$form->display();
echo $OUTPUT->footer();
