<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use core\hook\output\before_http_headers;
use mod_quiz\quiz_attempt;
use PHPUnit\Framework\TestCase;
use question_state as state;

require_once(__DIR__ . '/stand_in/quiz.php');

/** Which pages get a widget, and what a student may see in it. */
final class quiz_test extends TestCase {
    private \question_display_options $options;

    protected function setUp(): void {
        $GLOBALS['USER'] = (object) ['id' => 5];
        $GLOBALS['params'] = ['attempt' => 7];
        $GLOBALS['settings'] = ['timer' => '1', 'review' => '1'];
        $this->options = new \question_display_options();
        $states = [1 => new state('correct'), new state('partially_correct'), new state('incorrect'), state::$gaveup, new state('finished'), new state('none')];
        $attempts = array_map(static fn(state $state): \question_attempt => new \question_attempt($state, $state === state::$gaveup), $states);
        quiz_attempt::$said = [
            'get_state' => quiz_attempt::IN_PROGRESS,
            'get_due_date' => 1000000000,
            'get_userid' => '5',
            'is_own_attempt' => true,
            'is_finished' => true,
            'get_display_options' => $this->options,
            'get_slots' => array_keys($states),
            'is_real_question' => [6 => false] + array_fill_keys(range(1, 5), true),
            'get_question_attempt' => $attempts,
            'get_question_number' => array_combine(range(1, 6), range(1, 6)),
            'review_url' => array_fill_keys(range(1, 6), new \moodle_url('/mod/quiz/review.php', ['attempt' => 7])),
        ];
    }

    private static function page(string $pagetype): array {
        global $PAGE;
        $PAGE = new \moodle_page($pagetype);
        hook_callbacks::before_http_headers(new before_http_headers());
        return $PAGE->added;
    }

    private static function props(string $html): array {
        preg_match('/data-props="([^"]*)"/', $html, $found);
        return json_decode(html_entity_decode($found[1], ENT_QUOTES | ENT_HTML5), true);
    }

    public function test_the_timer_is_on_an_attempts_pages_alone(): void {
        foreach (['mod-quiz-attempt', 'mod-quiz-summary'] as $pagetype) {
            [$block, $region] = self::page($pagetype)['add_fake_block'];
            $this->assertSame(['Quiz timer', 'side-pre'], [$block->title, $region]);
            $this->assertStringContainsString('The attempt ends at', $block->content);
            $this->assertStringEndsWith('/clock.php?attempt=7', self::props($block->content)['clock']);
        }
        $this->assertSame([], self::page('mod-quiz-view'));
    }

    public static function without(): array {
        return [
            'switched off' => [static fn() => $GLOBALS['settings']['timer'] = '0'],
            'no attempt' => [static fn() => $GLOBALS['params'] = []],
            'no end' => [static fn() => quiz_attempt::$said['get_due_date'] = false],
            'finished' => [static fn() => quiz_attempt::$said['get_state'] = 'finished'],
            "another's" => [static fn() => quiz_attempt::$said['get_userid'] = '6'],
        ];
    }

    /** @dataProvider without */
    public function test_there_is_no_timer(callable $change): void {
        $change();
        $this->assertSame([], self::page('mod-quiz-attempt'));
    }

    public function test_the_review_says_what_became_of_each_question(): void {
        $props = self::props(quiz::review(7));
        $this->assertSame(['correct', 'partial', 'incorrect', 'unanswered', 'ungraded'], $props['states']);
        $this->assertSame([0, 0, 0, 1, 0], $props['flagged']);
    }

    /** Moodle's page "you may not review this attempt" is of the type mod-quiz-review, and asks the hook too. */
    public function test_the_review_of_anothers_attempt_is_for_those_who_may_see_it(): void {
        quiz_attempt::$said['is_own_attempt'] = quiz_attempt::$said['is_review_allowed'] = false;
        $this->assertSame([], self::page('mod-quiz-review'));
        quiz_attempt::$said['is_review_allowed'] = true;
        $this->assertArrayHasKey('add_fake_block', self::page('mod-quiz-review'));
    }

    public function test_there_is_no_review_of_an_attempt_that_goes_on(): void {
        quiz_attempt::$said['is_finished'] = false;
        $this->assertSame([], self::page('mod-quiz-review'));
    }

    public function test_a_mark_of_nothing_is_a_mark_and_none_is_a_dash(): void {
        quiz_attempt::$said['get_question_attempt'][3] = new \question_attempt(new state('incorrect'), false, '0');
        $html = quiz::review(7);
        $this->assertSame(1, substr_count($html, '>0 / 1.00<'));
        $this->assertSame(4, substr_count($html, '>– / 1.00<'));
    }

    public function test_what_is_not_to_be_seen_is_not_there(): void {
        $this->options->marks = \question_display_options::MAX_ONLY;
        $this->options->flags = false;
        $html = quiz::review(7);
        $this->assertStringNotContainsString('1.00', $html);
        $this->assertSame([0, 0, 0, 0, 0], self::props($html)['flagged']);
        $this->options->correctness = false;
        $this->assertNull(quiz::review(7));
    }
}
