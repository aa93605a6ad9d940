<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use qtype_quadgraph\plane;
use qtype_quadgraph\target;

defined('MOODLE_INTERNAL') || die();

/** What an author says of a graphing question. */
class qtype_quadgraph_edit_form extends question_edit_form {
    private const NUMBERS = ['tolerance' => 0, 'xmin' => -5, 'xmax' => 5, 'ymin' => -5, 'ymax' => 5, 'step' => 1];

    protected function definition_inner($mform) {
        $string = static fn(string $name): string => get_string($name, 'qtype_quadgraph');
        $kinds = array_map(static fn(string $kind): string => $string("kind$kind"), array_combine(target::KINDS, target::KINDS));
        $mform->addElement('select', 'kind', $string('kind'), $kinds);
        $mform->addElement('textarea', 'solution', $string('solution'), ['rows' => 4, 'cols' => 40, 'dir' => 'ltr']);
        $mform->setType('solution', PARAM_RAW_TRIMMED); // Read as numbers alone.
        $mform->addRule('solution', null, 'required', null, 'client');
        foreach (self::NUMBERS as $name => $default) {
            $mform->addElement('float', $name, $string($name));
            $mform->setDefault($name, $default);
        }
        $mform->addElement('text', 'units', $string('units'), ['size' => 40]);
        $mform->setType('units', PARAM_TEXT);
        $mform->hideIf('units', 'kind', 'neq', 'number');
        foreach (['xmin', 'xmax', 'ymin', 'ymax', 'step'] as $name) {
            $mform->hideIf($name, 'kind', 'eq', 'number');
        }
        $mform->addElement('selectyesno', 'partialcredit', $string('partialcredit'));
        $mform->setDefault('partialcredit', 1);
        foreach (['solution', 'tolerance', 'units', 'partialcredit'] as $name) {
            $mform->addHelpButton($name, $name, 'qtype_quadgraph');
        }
    }

    public function validation($data, $files) {
        $errors = parent::validation($data, $files);
        $refused = [
            'solution' => target::of($data)->is_fit() ? null : 'erroranswers',
            'tolerance' => is_numeric($data['tolerance']) && $data['tolerance'] >= 0 ? null : 'errortolerance',
            'step' => $data['kind'] === 'number' || plane::of($data)->is_fit() ? null : 'errorplane',
        ];
        foreach (array_filter($refused) as $name => $string) {
            $errors[$name] = get_string($string, 'qtype_quadgraph');
        }
        return $errors;
    }

    public function qtype() {
        return 'quadgraph';
    }
}
