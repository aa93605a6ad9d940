<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** The question's own settings from a backup. */
class restore_qtype_quadgraph_plugin extends restore_qtype_plugin {
    protected function define_question_plugin_structure() {
        return [new restore_path_element('quadgraph', $this->get_pathfor('/quadgraph'))];
    }

    public function process_quadgraph($data) {
        global $DB;
        if ($this->get_mappingid('question_created', $this->get_old_parentid('question'))) {
            $data = (object) $data;
            $data->questionid = $this->get_new_parentid('question');
            $DB->insert_record('qtype_quadgraph_options', $data);
        }
    }
}
