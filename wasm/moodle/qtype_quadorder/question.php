<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use qtype_quadorder\code;
use qtype_quadorder\grading;

defined('MOODLE_INTERNAL') || die();

/** A code ordering question as it is attempted. */
class qtype_quadorder_question extends question_graded_automatically {
    public $solution;
    public $distractors;
    public $partialcredit;
    public $indentation;

    /** Numbers of lines as they are given out. */
    private array $order = [];

    public function start_attempt(question_attempt_step $step, $variant) {
        $order = array_keys($this->code()->lines);
        shuffle($order);
        $step->set_qt_var('_order', implode(',', $order));
        $this->apply_attempt_state($step);
    }

    public function apply_attempt_state(question_attempt_step $step) {
        $this->order = array_map('intval', explode(',', $step->get_qt_var('_order')));
    }

    /** Lines are known again by their number. */
    public function validate_can_regrade_with_other_version(question_definition $otherversion): ?string {
        $refused = parent::validate_can_regrade_with_other_version($otherversion);
        $same = $refused === null && count($this->code()->lines) === count($otherversion->code()->lines);
        return $refused ?? ($same ? null : get_string('regradelines', 'qtype_quadorder'));
    }

    public function code(): code {
        return code::of((string) $this->solution, (string) $this->distractors);
    }

    /** The lines as they are given out. */
    public function texts(): array {
        $lines = $this->code()->lines;
        return array_map(static fn(int $line): string => $lines[$line][0] ?? '', $this->order);
    }

    public function given(array $response): array {
        return $this->code()->given($this->order, $response);
    }

    public function get_expected_data() {
        $expected = [];
        foreach (array_keys($this->order) as $index) {
            $expected["place$index"] = PARAM_RAW_TRIMMED; // An empty one is no 0.
            if ($this->indentation) {
                $expected["indent$index"] = PARAM_RAW_TRIMMED;
            }
        }
        return $expected;
    }

    public function get_correct_response() {
        return array_intersect_key($this->code()->right($this->order), $this->get_expected_data());
    }

    public function is_complete_response(array $response) {
        return $this->is_gradable_response($response) && !code::is_ambiguous($this->order, $response);
    }

    public function is_gradable_response(array $response) {
        return $this->given($response) !== [];
    }

    public function is_same_response(array $prevresponse, array $newresponse) {
        foreach (array_keys($this->get_expected_data()) as $name) {
            if (!question_utils::arrays_same_at_key_missing_is_blank($prevresponse, $newresponse, $name)) {
                return false;
            }
        }
        return true;
    }

    public function summarise_response(array $response) {
        $given = $this->given($response);
        return $given ? $this->code()->text($given, (bool) $this->indentation) : null;
    }

    public function get_validation_error(array $response) {
        if (!$this->is_gradable_response($response)) {
            return get_string('none', 'qtype_quadorder');
        }
        return code::is_ambiguous($this->order, $response) ? get_string('sameplace', 'qtype_quadorder') : '';
    }

    public function grade_response(array $response) {
        $code = $this->code();
        $grading = new grading((bool) $this->partialcredit, (bool) $this->indentation);
        $fraction = $grading->grade($code->answer(), $code->graded($this->given($response)));
        return [$fraction, question_state::graded_state_for_fraction($fraction)];
    }
}
