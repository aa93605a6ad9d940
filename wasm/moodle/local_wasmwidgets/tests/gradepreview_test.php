<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use PHPUnit\Framework\TestCase;

/** What settings do to a category of three items and two students. */
final class gradepreview_test extends TestCase {
    private const FORM = ['aggregation' => '0', 'aggregateonlygraded' => '1', 'droplow' => '0', 'keephigh' => '0', 'weight' => [], 'extra' => []];

    private static function preview(): gradepreview {
        $item = static fn(int $id, float $max): array => ['id' => $id, 'name' => "Item $id", 'itemtype' => 'mod', 'grademin' => 0.0,
            'grademax' => $max, 'aggregationcoef' => 0.0, 'aggregationcoef2' => 0.0, 'weightoverride' => 0, 'extraweight' => 1.0];
        $category = ['aggregation' => 0, 'aggregateonlygraded' => 1, 'droplow' => 0, 'keephigh' => 0, 'gradetype' => 1,
            'grademin' => 0.0, 'grademax' => 100.0, 'maxfactor' => 1.0, 'oldextracredit' => 0];
        $students = [
            ['name' => 'A', 'total' => 10.0, 'kept' => false, 'grades' => [10.0, 40.0, null], 'excluded' => [false, false, false]],
            ['name' => 'B', 'total' => 77.0, 'kept' => true, 'grades' => [1.0, 2.0, 3.0], 'excluded' => [false, false, false]],
        ];
        return new gradepreview($category, [$item(1, 10.0), $item(2, 50.0), $item(3, 40.0)], $students);
    }

    public static function forms(): array {
        return [
            'mean' => [[], [90.0, 77.0]],
            'an aggregation that is none' => [['aggregation' => '99'], [90.0, 77.0]],
            'empty grades are 0' => [['aggregateonlygraded' => null], [60.0, 77.0]],
            'weighted, nothing weighs' => [['aggregation' => '10', 'weight' => [1 => '0', 2 => '0', 3 => '0']], [null, 77.0]],
            'weighted, nothing said' => [['aggregation' => '10'], [90.0, 77.0]],
            'weighted' => [['aggregation' => '10', 'weight' => [1 => '1', 2 => '3']], [85.0, 77.0]],
            'a weight that is no number' => [['aggregation' => '10', 'weight' => [1 => 'x', 2 => '3']], [85.0, 77.0]],
            'drop' => [['droplow' => '1'], [100.0, 77.0]],
            'natural' => [['aggregation' => '13'], [50.0, 77.0]],
            'natural, extra credit' => [['aggregation' => '13', 'extra' => [1 => '1']], [50.0, 77.0]],
        ];
    }

    /** @dataProvider forms */
    public function test_totals(array $form, array $totals): void {
        $found = self::preview()->with($form + self::FORM)->totals();
        $this->assertSame($totals, array_map(static fn(?float $total): ?float => $total === null ? null : round($total, 5), $found));
    }

    public function test_extra_credit_counts_as_often_as_it_is_set_to(): void {
        $form = ['aggregation' => '12', 'extra' => [1 => '1']] + self::FORM;
        $preview = self::preview();
        $preview->students[0]['grades'] = [1.0, 25.0, null];
        $this->assertEqualsWithDelta(60.0, $preview->with($form)->totals()[0], 1e-9);
        $preview->items[0]['extraweight'] = 2.0;
        $this->assertEqualsWithDelta(70.0, $preview->with($form)->totals()[0], 1e-9);
    }

    public function test_natural_weights_share_what_is_left(): void {
        $tried = self::preview()->with(['aggregation' => '13', 'weight' => [1 => '40']] + self::FORM);
        $this->assertSame([0.4, 50 / 90 * 0.6, 40 / 90 * 0.6], array_column($tried->items, 'aggregationcoef2'));
        $this->assertSame([1, 0, 0], array_column($tried->items, 'weightoverride'));
        $this->assertSame([40.0, null, null], array_map([$tried, 'weight'], $tried->items));
    }

    public function test_what_cannot_be_computed_is_said(): void {
        $tried = self::preview()->with(['aggregation' => '10', 'weight' => [1 => '0.000001']] + self::FORM);
        $this->assertStringContainsString('These settings cannot be computed.', (new gradepreview_page($tried, []))->html());
    }

    public function test_names_are_text(): void {
        $preview = self::preview();
        $preview->students[0]['name'] = '<script>';
        $preview->items[0]['name'] = '"><script>';
        $html = (new gradepreview_page($preview, ['id' => '"><script>']))->html();
        $this->assertStringNotContainsString('<script>', $html);
    }
}
