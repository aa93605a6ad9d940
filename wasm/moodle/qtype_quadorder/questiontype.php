<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

require_once($CFG->libdir . '/questionlib.php');

/** Code ordering. What Moodle saves, loads, exports and deletes are the fields named here. */
class qtype_quadorder extends question_type {
    public function extra_question_fields() {
        return ['qtype_quadorder_options', 'solution', 'distractors', 'partialcredit', 'indentation'];
    }

    public function get_random_guess_score($questiondata) {
        return null;
    }

    public function get_possible_responses($questiondata) {
        return [];
    }
}
