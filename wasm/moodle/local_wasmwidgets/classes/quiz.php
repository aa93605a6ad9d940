<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use mod_quiz\quiz_attempt;

/** What the widgets need of a quiz attempt, as far as its user may see it. */
final class quiz {
    /** The timer's HTML, or null where the attempt has no end. */
    public static function timer(int $attemptid): ?string {
        $end = self::end($attemptid);
        if ($end === null) {
            return null;
        }
        $clock = (new \moodle_url('/local/wasmwidgets/clock.php', ['attempt' => $attemptid]))->out(false);
        $written = userdate((int) $end, get_string('strftimetime', 'langconfig'));
        return (new timer_page(microtime(true), $end, $written, $clock))->html();
    }

    /** The end of a running attempt of the user's own, in seconds; null where there is none. */
    public static function end(int $attemptid): ?float {
        global $USER;
        $attempt = quiz_attempt::create($attemptid);
        $isrunning = in_array($attempt->get_state(), [quiz_attempt::IN_PROGRESS, quiz_attempt::OVERDUE], true);
        $end = $attempt->get_due_date();
        return $isrunning && $end && $attempt->get_userid() == $USER->id ? (float) $end : null;
    }

    /**
     * The review's HTML, or null where what became of the questions is not shown. Who may see the attempt is asked here again, as Moodle's
     * review.php asks: its page of an error has the same page type, and the options do not look at whose the attempt is.
     */
    public static function review(int $attemptid): ?string {
        $attempt = quiz_attempt::create($attemptid);
        if (!($attempt->is_own_attempt() ? $attempt->is_finished() : $attempt->is_review_allowed())) {
            return null;
        }
        $options = $attempt->get_display_options(true);
        if (!$options->attempt || !$options->correctness) {
            return null;
        }
        $questions = [];
        foreach ($attempt->get_slots() as $slot) {
            if ($attempt->is_real_question($slot)) {
                $questions[] = self::question($attempt, $slot, $options);
            }
        }
        $filter = optional_param('show', 'all', PARAM_ALPHA);
        return (new review_page($questions, $filter, ['attempt' => $attemptid]))->html();
    }

    private static function question(quiz_attempt $attempt, int $slot, \question_display_options $options): array {
        $question = $attempt->get_question_attempt($slot);
        $given = $question->format_mark($options->markdp); // '' where there is none, and '0' is one
        $mark = $options->marks >= \question_display_options::MARK_AND_MAX
            ? ($given === '' ? '–' : $given) . ' / ' . $question->format_max_mark($options->markdp)
            : '';
        return [
            'number' => (string) $attempt->get_question_number($slot),
            'state' => self::state($question->get_state()),
            'mark' => $mark,
            'flagged' => $options->flags && $question->is_flagged(),
            'target' => $question->get_outer_question_div_unique_id(),
            'url' => $attempt->review_url($slot)->out(false),
        ];
    }

    private static function state(\question_state $state): string {
        return match (true) {
            $state === \question_state::$gaveup => 'unanswered',
            $state->is_correct() => 'correct',
            $state->is_partially_correct() => 'partial',
            $state->is_incorrect() => 'incorrect',
            default => 'ungraded',
        };
    }
}
