<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

defined('MOODLE_INTERNAL') || die();

require_once($GLOBALS['CFG']->libdir . '/formslib.php');

/** The settings of the site. */
final class settings_form extends \moodleform {
    public const DEFAULTS = ['enabled' => 0, 'k' => 25, 'w' => 20, 'least' => 3];
    private const LIMITS = document::LIMITS + ['least' => [1, 1000]];

    protected function definition() {
        $this->_form->addElement('selectyesno', 'enabled', get_string('enabled', 'plagiarism_quadrangle'));
        foreach (array_keys(self::LIMITS) as $name) {
            $this->_form->addElement('text', $name, get_string($name, 'plagiarism_quadrangle'));
            $this->_form->setType($name, PARAM_INT);
            $this->_form->addHelpButton($name, $name, 'plagiarism_quadrangle');
        }
        $this->add_action_buttons(false);
    }

    public function validation($data, $files) {
        $errors = parent::validation($data, $files);
        foreach (self::LIMITS as $name => [$least, $most]) {
            if ($data[$name] < $least || $data[$name] > $most) {
                $errors[$name] = get_string('between', 'plagiarism_quadrangle', ['least' => $least, 'most' => $most]);
            }
        }
        return $errors;
    }
}
