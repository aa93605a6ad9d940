<?php
// SPDX-License-Identifier: GPL-3.0-or-later

use qtype_quadgraph\plane;
use qtype_quadgraph\target;

defined('MOODLE_INTERNAL') || die();

/** A graphing question as it is attempted. */
class qtype_quadgraph_question extends question_graded_automatically {
    public $kind;
    public $solution;
    public $tolerance;
    public $units;
    public $xmin;
    public $xmax;
    public $ymin;
    public $ymax;
    public $step;
    public $partialcredit;

    public function validate_can_regrade_with_other_version(question_definition $otherversion): ?string {
        $refused = parent::validate_can_regrade_with_other_version($otherversion);
        $same = $refused === null && $this->target()->fields() === $otherversion->target()->fields();
        return $refused ?? ($same ? null : get_string('regradefields', 'qtype_quadgraph'));
    }

    public function target(): target {
        return target::of(get_object_vars($this));
    }

    public function plane(): plane {
        return plane::of(get_object_vars($this));
    }

    public function get_expected_data() {
        return array_fill_keys($this->target()->fields(), PARAM_RAW_TRIMMED); // An empty one is no 0.
    }

    public function get_correct_response() {
        return $this->target()->right();
    }

    public function is_complete_response(array $response) {
        return $this->is_gradable_response($response) && !$this->target()->is_unfinished($response);
    }

    public function is_gradable_response(array $response) {
        return $this->target()->is_answered($response);
    }

    public function is_same_response(array $prevresponse, array $newresponse) {
        foreach ($this->target()->fields() as $name) {
            if (!question_utils::arrays_same_at_key_missing_is_blank($prevresponse, $newresponse, $name)) {
                return false;
            }
        }
        return true;
    }

    public function summarise_response(array $response) {
        return $this->is_gradable_response($response) ? $this->target()->text($response) : null;
    }

    public function get_validation_error(array $response) {
        if ($this->target()->is_unfinished($response)) {
            return get_string('unfinished', 'qtype_quadgraph');
        }
        return $this->is_gradable_response($response) ? '' : get_string('none', 'qtype_quadgraph');
    }

    public function grade_response(array $response) {
        $fraction = $this->target()->grade($response);
        return [$fraction, question_state::graded_state_for_fraction($fraction)];
    }
}
