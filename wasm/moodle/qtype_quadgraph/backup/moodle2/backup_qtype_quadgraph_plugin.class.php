<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

/** The question's own settings in a backup. */
class backup_qtype_quadgraph_plugin extends backup_qtype_plugin {
    protected function define_question_plugin_structure() {
        $plugin = $this->get_plugin_element(null, '../../qtype', 'quadgraph');
        $wrapper = new backup_nested_element($this->get_recommended_name());
        $plugin->add_child($wrapper);
        $settings = new backup_nested_element('quadgraph', ['id'], ['kind', 'solution', 'tolerance', 'units', 'xmin', 'xmax', 'ymin', 'ymax', 'step', 'partialcredit']);
        $wrapper->add_child($settings);
        $settings->set_source_table('qtype_quadgraph_options', ['questionid' => backup::VAR_PARENTID]);
        return $plugin;
    }
}
