<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** The question's own settings from a backup. */
class restore_qtype_quadorder_plugin extends restore_qtype_plugin {
    protected function define_question_plugin_structure() {
        return [new restore_path_element('quadorder', $this->get_pathfor('/quadorder'))];
    }

    public function process_quadorder($data) {
        global $DB;
        if ($this->get_mappingid('question_created', $this->get_old_parentid('question'))) {
            $data = (object) $data;
            $data->questionid = $this->get_new_parentid('question');
            $DB->insert_record('qtype_quadorder_options', $data);
        }
    }
}
