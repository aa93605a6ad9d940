<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph;

use PHPUnit\Framework\TestCase;

require_once(dirname(__DIR__, 2) . '/local_wasmwidgets/tests/stand_in/question.php');
require_once(dirname(__DIR__) . '/question.php');

/** What a response comes to and is worth, and what a page with the question has. */
final class graph_test extends TestCase {
    private const SETTINGS = ['kind' => 'points', 'solution' => "1, 2\n-3 0.5", 'tolerance' => '0.2500000', 'units' => '', 'xmin' => '-5.0000000',
        'xmax' => '5.0000000', 'ymin' => '-5.0000000', 'ymax' => '5.0000000', 'step' => '0.5000000', 'partialcredit' => '1'];

    private static function question(array $settings = []): \qtype_quadgraph_question {
        $question = new \qtype_quadgraph_question();
        foreach ($settings + self::SETTINGS as $name => $value) {
            $question->$name = $value;
        }
        return $question;
    }

    private static function html(\qtype_quadgraph_question $question, array $response = []): string {
        return (new graph_page($question->target(), $question->plane(), $response, static fn(string $name): string => $name))->html('id');
    }

    public function test_grades_are_those_of_the_vectors(): void {
        $vectors = json_decode(file_get_contents(dirname(__DIR__, 3) . '/crates/widget-core/vectors/graph.json'), true, 16, JSON_THROW_ON_ERROR);
        foreach (['points' => 'points', 'lines' => 'line', 'numbers' => 'number'] as $name => $method) {
            $this->assertNotSame([], $vectors[$name]);
            foreach ($vectors[$name] as $case) {
                $grade = (new grading($case['tolerance'], $case['partial'] ?? false))->$method($case['answer'], $case['given']);
                $this->assertSame((float) $case['grade'], (float) $grade, $case['name']);
            }
        }
    }

    public static function settings(): array {
        return [
            'points' => [[], ['x0', 'y0', 'x1', 'y1'], '(1, 2), (-3, 0.5)'],
            'line' => [['kind' => 'line'], ['x0', 'y0', 'x1', 'y1'], '(1, 2), (-3, 0.5)'],
            'number' => [['kind' => 'number', 'solution' => '9.81', 'units' => 'm/s², m/s,m'], ['number', 'unit'], '9.81 m/s²'],
            'number alone' => [['kind' => 'number', 'solution' => '-20'], ['number'], '-20'],
        ];
    }

    /** @dataProvider settings */
    public function test_the_right_response_is_worth_everything(array $settings, array $fields, string $text): void {
        $question = self::question($settings);
        $right = $question->get_correct_response();
        $this->assertSame($fields, array_keys($right));
        $this->assertSame($fields, array_keys($question->get_expected_data()));
        $this->assertSame([1.0, 'gradedright'], $question->grade_response($right));
        $this->assertTrue($question->is_complete_response($right));
        $this->assertSame($text, $question->summarise_response($right));
        $this->assertTrue($question->target()->is_fit());
    }

    public function test_a_part_is_worth_a_part(): void {
        $this->assertSame([0.5, 'gradedpartial'], self::question()->grade_response(['x0' => '-3.2', 'y0' => '0.3', 'x1' => '']));
        $this->assertSame(0.0, self::question(['partialcredit' => '0'])->grade_response(['x0' => '1', 'y0' => '2'])[0]);
        $number = self::question(['kind' => 'number', 'solution' => '9.81', 'units' => 'm/s²,m/s']);
        $this->assertSame(0.5, $number->grade_response(['number' => '10', 'unit' => 'm/s'])[0]);
        $this->assertSame(0.5, $number->grade_response(['number' => '10', 'unit' => 'furlong'])[0]);
    }

    public function test_what_is_no_answer_is_none(): void {
        foreach ([[], ['x0' => ''], ['x0' => '1'], ['x0' => '1', 'y0' => 'two'], ['x7' => '1', 'y7' => '2'], ['x0' => 'INF', 'y0' => '1e999']] as $response) {
            $this->assertFalse(self::question()->is_gradable_response($response));
            $this->assertNotSame('', self::question()->get_validation_error($response));
            $this->assertSame(0.0, self::question()->grade_response($response)[0]);
        }
        $half = ['x0' => '1', 'y0' => '2', 'x1' => '3'];
        $this->assertTrue(self::question()->is_gradable_response($half));
        $this->assertFalse(self::question()->is_complete_response($half));
        $this->assertFalse(self::question(['kind' => 'line'])->is_gradable_response($half));
        $this->assertTrue(self::question()->is_same_response([], ['x0' => '']));
        $this->assertFalse(self::question()->is_same_response([], ['x0' => '0']));
    }

    public static function unfit(): array {
        return [['points', ''], ['points', '1'], ['points', '1, 2, 3'], ['points', '1, b'], ['points', str_repeat("1, 2\n", 13)], ['line', '1, 2'],
            ['line', "1, 2\n1, 2"], ['number', "1\n2"], ['number', '1 2'], ['number', 'one']];
    }

    /** @dataProvider unfit */
    public function test_an_author_is_told_of_what_is_no_answer(string $kind, string $answers): void {
        $this->assertFalse(self::question(['kind' => $kind, 'solution' => $answers])->target()->is_fit());
    }

    public function test_a_grid_has_steps(): void {
        $this->assertTrue(self::question()->plane()->is_fit());
        foreach ([['step' => '0'], ['step' => '-1'], ['step' => '20'], ['step' => '0.01'], ['xmin' => '5'], ['ymax' => '-9']] as $settings) {
            $this->assertFalse(self::question($settings)->plane()->is_fit());
        }
    }

    public function test_another_version_with_the_same_fields_can_be_regraded(): void {
        $this->assertNull(self::question()->validate_can_regrade_with_other_version(self::question(['kind' => 'line', 'tolerance' => '1'])));
        $other = self::question(['solution' => '1, 2']);
        $this->assertStringStartsWith('It asks for something else', self::question()->validate_can_regrade_with_other_version($other));
    }

    public function test_the_page_does_not_tell_the_answer(): void {
        $one = self::html(self::question());
        $this->assertSame($one, self::html(self::question(['solution' => "4, 4\n5, -5", 'tolerance' => '3'])));
        preg_match('/data-props="([^"]*)"/', $one, $found);
        $this->assertSame(['from', 'to', 'step', 'strings'], array_keys(json_decode(html_entity_decode($found[1]), true)));
        $units = ['kind' => 'number', 'solution' => '1'];
        $this->assertSame(self::html(self::question($units + ['units' => 'kg,g,<b>'])), self::html(self::question($units + ['units' => 'g,<b>,kg'])));
        $this->assertStringNotContainsString('<b>', self::html(self::question($units + ['units' => 'kg,<b>'])));
    }

    public function test_points_are_drawn_where_they_are(): void {
        $html = self::html(self::question(), ['x0' => '0', 'y0' => '-5', 'x1' => '5', 'y1' => '']);
        $this->assertMatchesRegularExpression('/<circle cx="50" cy="100" [^>]*data-point="0"/', $html);
        $this->assertMatchesRegularExpression('/<circle display="none" [^>]*data-point="1"/', $html);
        $this->assertSame([42, 2], [substr_count($html, 'class="qw-gridline"'), substr_count($html, 'class="qw-axis"')]);
        $html = self::html(self::question(['xmin' => '2', 'xmax' => '4']));
        $this->assertSame(1, substr_count($html, 'class="qw-axis" y1="50" y2="50"'), 'only one axis is to be seen');
        $this->assertSame(1, substr_count($html, 'qw-axis'));
    }

    public function test_no_string_is_missing(): void {
        $string = [];
        require dirname(__DIR__) . '/lang/en/qtype_quadgraph.php';
        $files = [...glob(dirname(__DIR__) . '/*.php'), ...glob(dirname(__DIR__) . '/classes/*.php')];
        preg_match_all("/get_string\('(\w+)', 'qtype_quadgraph'|string\('(\w+)'/", implode('', array_map('file_get_contents', $files)), $asked);
        $wanted = [...$asked[1], ...$asked[2], 'kindpoints', 'kindline', 'kindnumber', 'helppoints', 'helpline', 'pointx', 'pointy', 'xmin', 'xmax', 'ymin',
            'ymax', 'step', 'tolerance', 'pluginname', 'pluginname_help', 'pluginnameadding', 'pluginnameediting', 'pluginnamesummary', 'privacy:metadata'];
        $this->assertSame([], array_diff(array_filter($wanted), array_keys($string)));
    }
}
