<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use local_wasmwidgets\question_frame;
use qtype_quadorder\order_page;
use qtype_quadorder\review_page;

defined('MOODLE_INTERNAL') || die();

/** The question on a page: to be answered, or only to be seen. */
class qtype_quadorder_renderer extends qtype_renderer {
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

    /** The right program, where the options of the review let it be seen: Moodle asks only then. */
    public function correct_response(question_attempt $qa) {
        $question = $qa->get_question();
        $label = get_string('rightanswer', 'qtype_quadorder');
        $program = review_page::html($question->code(), $question->code()->solution(), (bool) $question->indentation, $label);
        return html_writer::tag('p', $label) . $program;
    }

    private function asked(qtype_quadorder_question $question, question_attempt $qa): string {
        $id = 'qtype-quadorder-' . $qa->get_outer_question_div_unique_id();
        question_frame::script($this->page, 'order', $id);
        $page = new order_page($question->texts(), $qa->get_last_qt_data(), $qa->get_qt_field_name(...), (bool) $question->indentation);
        return $page->html($id);
    }

    private function shown(qtype_quadorder_question $question, array $response): string {
        $label = get_string('program', 'qtype_quadorder');
        return review_page::html($question->code(), $question->given($response), (bool) $question->indentation, $label);
    }
}
