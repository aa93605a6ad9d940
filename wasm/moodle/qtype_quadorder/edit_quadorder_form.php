<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use qtype_quadorder\code;

defined('MOODLE_INTERNAL') || die();

/** What an author says of a code ordering question. */
class qtype_quadorder_edit_form extends question_edit_form {
    protected function definition_inner($mform) {
        foreach (['solution' => 12, 'distractors' => 5] as $name => $rows) {
            $mform->addElement('textarea', $name, get_string($name, 'qtype_quadorder'), ['rows' => $rows, 'cols' => 80, 'dir' => 'ltr', 'spellcheck' => 'false']);
            $mform->setType($name, PARAM_RAW); // Code: it is escaped where it is shown.
            $mform->addHelpButton($name, $name, 'qtype_quadorder');
        }
        $mform->addRule('solution', null, 'required', null, 'client');
        foreach (['indentation' => 0, 'partialcredit' => 1] as $name => $default) {
            $mform->addElement('selectyesno', $name, get_string($name, 'qtype_quadorder'));
            $mform->setDefault($name, $default);
            $mform->addHelpButton($name, $name, 'qtype_quadorder');
        }
    }

    public function validation($data, $files) {
        $errors = parent::validation($data, $files);
        if (!code::of($data['solution'], $data['distractors'])->is_fit()) {
            $errors['solution'] = get_string('errorlines', 'qtype_quadorder');
        }
        return $errors;
    }

    public function qtype() {
        return 'quadorder';
    }
}
