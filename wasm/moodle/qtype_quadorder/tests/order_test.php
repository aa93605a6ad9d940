<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadorder;

use PHPUnit\Framework\TestCase;
use question_attempt_step;

require_once(dirname(__DIR__, 2) . '/local_wasmwidgets/tests/stand_in/question.php');
require_once(dirname(__DIR__) . '/question.php');

/** What a response comes to and is worth, and what a page with the question has. */
final class order_test extends TestCase {
    private const PROGRAM = "def f(n):\n  if n < 2:\n    return 1\n\n  return n * f(n - 1)";

    private static function question(bool $partial = true, bool $indents = true): \qtype_quadorder_question {
        $question = new \qtype_quadorder_question();
        [$question->solution, $question->distractors] = [self::PROGRAM, "return f(n)\r\n  return 1"];
        [$question->partialcredit, $question->indentation] = [$partial, $indents];
        return $question;
    }

    /** With an order that the test knows. */
    private static function started(\qtype_quadorder_question $question, string $order): \qtype_quadorder_question {
        $step = new question_attempt_step();
        $step->set_qt_var('_order', $order);
        $question->apply_attempt_state($step);
        return $question;
    }

    public function test_grades_are_those_of_the_vectors(): void {
        $vectors = json_decode(file_get_contents(dirname(__DIR__, 3) . '/crates/widget-core/vectors/order.json'), true, 16, JSON_THROW_ON_ERROR);
        $this->assertNotSame([], $vectors['grades']);
        foreach ($vectors['grades'] as $case) {
            $grade = (new grading($case['partial'], $case['indents']))->grade($case['answer'], $case['given']);
            $this->assertSame((float) $case['grade'], (float) $grade, $case['name']);
        }
    }

    public function test_rows_become_lines(): void {
        $code = code::of("for x in y:\n\twhile x:\n\t\tx -= 1\n", '');
        $this->assertSame([['for x in y:', 0], ['while x:', 1], ['x -= 1', 2]], $code->lines);
        $this->assertSame([['a', 0], ['b', 1], ['c', 2]], code::of("a\n  b\n    c", '')->lines);
        $this->assertTrue($code->is_fit());
        $this->assertFalse(code::of("one\n \n", 'two')->is_fit());
        $this->assertFalse(code::of(str_repeat("line\n", 40), 'one too many')->is_fit());
    }

    public function test_an_attempt_gives_all_lines_out_and_knows_them_again(): void {
        $step = new question_attempt_step();
        $question = self::question();
        $question->start_attempt($step, 1);
        $texts = $question->texts();
        $again = self::question();
        $again->apply_attempt_state($step);
        $this->assertSame($texts, $again->texts());
        sort($texts);
        $this->assertSame(['def f(n):', 'if n < 2:', 'return 1', 'return 1', 'return f(n)', 'return n * f(n - 1)'], $texts);
    }

    public function test_the_right_response_is_worth_everything(): void {
        foreach ([[true, true], [false, true], [true, false]] as [$partial, $indents]) {
            $question = self::started(self::question($partial, $indents), '3,5,1,4,0,2');
            $right = $question->get_correct_response();
            $this->assertSame([1.0, 'gradedright'], $question->grade_response($right));
            $this->assertTrue($question->is_complete_response($right));
            $this->assertSame(array_keys($right), array_intersect(array_keys($right), array_keys($question->get_expected_data())));
        }
    }

    public function test_a_line_that_says_the_same_is_as_good(): void {
        $question = self::started(self::question(), '0,1,5,3');
        $response = ['place0' => '1', 'place1' => '2', 'indent1' => '1', 'place2' => '3', 'indent2' => '2', 'place3' => '4', 'indent3' => '1'];
        $this->assertSame(1.0, $question->grade_response($response)[0]);
        $this->assertSame([0.75, 'gradedpartial'], $question->grade_response(['indent2' => '1'] + $response));
        $this->assertSame("def f(n):\n    if n < 2:\n        return 1\n    return n * f(n - 1)", $question->summarise_response($response));
    }

    public function test_what_is_no_answer_is_none(): void {
        $question = self::started(self::question(), '0,1,2,3,4,5');
        foreach ([[], ['place0' => ''], ['place0' => '0', 'indent0' => '2'], ['place0' => 'x'], ['place9' => '1'], ['place0' => '-1']] as $response) {
            $this->assertFalse($question->is_gradable_response($response));
            $this->assertSame('No line was placed.', $question->get_validation_error($response));
            $this->assertNull($question->summarise_response($response));
        }
        $same = ['place0' => '1', 'place1' => '1'];
        $this->assertFalse($question->is_complete_response($same));
        $this->assertSame('Two lines have the same place.', $question->get_validation_error($same));
        $this->assertTrue($question->is_same_response([], ['place0' => '']));
        $this->assertFalse($question->is_same_response($same, ['place0' => '1']));
    }

    public function test_another_version_with_as_many_lines_can_be_regraded(): void {
        $other = self::question();
        $other->solution = str_replace('n < 2', 'n <= 1', $other->solution);
        $this->assertNull(self::question()->validate_can_regrade_with_other_version($other));
        $other->distractors = '';
        $this->assertSame('The number of lines is another one.', self::question()->validate_can_regrade_with_other_version($other));
    }

    public function test_the_page_does_not_tell_the_answer(): void {
        $page = static fn(string $order): string => (new order_page(self::started(self::question(), $order)->texts(), [], static fn($name) => $name, true))->html('id');
        $this->assertSame($page('2,0,1'), $page('5,0,1'), 'a line and a distractor that say the same look the same');
        preg_match('/data-props="([^"]*)"/', $page('2,0,1'), $found);
        $this->assertSame(['deepest', 'strings'], array_keys(json_decode(html_entity_decode($found[1]), true)));
        $this->assertStringContainsString('if n &lt; 2:', $page('1'));
        $this->assertStringNotContainsString('if n < 2:', $page('1'));
    }

    public function test_the_review_shows_what_was_answered(): void {
        $question = self::started(self::question(), '1,0');
        $this->assertStringContainsString("def f(n):\n        if n &lt; 2:", review_page::html($question->code(), $question->given(['place0' => '2', 'indent0' => '2', 'place1' => '1']), true, ''));
        $this->assertSame('<p>No line was placed.</p>', review_page::html($question->code(), [], true, ''));
    }

    public function test_no_string_is_missing(): void {
        $string = [];
        require dirname(__DIR__) . '/lang/en/qtype_quadorder.php';
        $files = [...glob(dirname(__DIR__) . '/*.php'), ...glob(dirname(__DIR__) . '/classes/*.php')];
        $code = implode('', array_map('file_get_contents', $files));
        preg_match_all("/get_string\('(\w+)', 'qtype_quadorder'|self::string\('(\w+)'/", $code, $asked);
        $this->assertSame([], array_diff(array_filter([...$asked[1], ...$asked[2]]), array_keys($string)));
        foreach (['pluginname', 'pluginname_help', 'pluginnameadding', 'pluginnameediting', 'pluginnamesummary', 'privacy:metadata'] as $name) {
            $this->assertArrayHasKey($name, $string);
        }
    }
}
