<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use local_wasmwidgets\question_frame;
use qtype_quadgraph\graph_page;

defined('MOODLE_INTERNAL') || die();

/** The question on a page: to be answered, or only to be seen. */
class qtype_quadgraph_renderer extends qtype_renderer {
    public function head_code(question_attempt $qa) {
        question_frame::styles($this->page);
        return parent::head_code($qa);
    }

    public function formulation_and_controls(question_attempt $qa, question_display_options $options) {
        $question = $qa->get_question();
        $html = html_writer::tag('div', $question->format_questiontext($qa), ['class' => 'qtext']);
        $html .= $options->readonly ? $this->shown($question, $qa->get_last_qt_data()) : $this->asked($question, $qa);
        if ($qa->get_state() === question_state::$invalid) {
            $html .= html_writer::div($question->get_validation_error($qa->get_last_qt_data()), 'validationerror');
        }
        return $html;
    }

    /** The right answer, where the options of the review let it be seen: Moodle asks only then. */
    public function correct_response(question_attempt $qa) {
        $question = $qa->get_question();
        $right = $question->get_correct_response();
        $text = get_string('rightanswer', 'qtype_quadgraph', $question->target()->text($right));
        return graph_page::shown($question->target(), $question->plane(), $right, $text);
    }

    private function asked(qtype_quadgraph_question $question, question_attempt $qa): string {
        $id = 'qtype-quadgraph-' . $qa->get_outer_question_div_unique_id();
        if ($question->target()->count() > 0) {
            question_frame::script($this->page, 'graph', $id);
        }
        return (new graph_page($question->target(), $question->plane(), $qa->get_last_qt_data(), $qa->get_qt_field_name(...)))->html($id);
    }

    private function shown(qtype_quadgraph_question $question, array $response): string {
        $text = $question->summarise_response($response) ?? get_string('none', 'qtype_quadgraph');
        return graph_page::shown($question->target(), $question->plane(), $response, $text);
    }
}
