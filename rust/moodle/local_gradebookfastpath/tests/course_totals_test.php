<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use PHPUnit\Framework\TestCase;

/** A course of two items, and a category with two more: from rows as Moodle's database gives them to its totals. */
final class course_totals_test extends TestCase {
    private const COURSE = 1;
    private const BELOW = 2;
    private const SITE = [
        'maxfactor' => 1, 'includescales' => false, 'enableoutcomes' => false, 'oldextracredit' => false, 'minmaxtouse' => 1,
    ];

    private array $categories;
    private array $items;
    private array $grades = [];

    protected function setUp(): void {
        $this->categories = [self::COURSE => self::category(self::COURSE, null), self::BELOW => self::category(self::BELOW, 1)];
        $this->items = [
            10 => self::item(10, 'course', self::COURSE, null),
            11 => self::item(11, 'category', self::BELOW, null),
            12 => self::item(12, 'mod', 1, self::COURSE),
            13 => self::item(13, 'mod', 2, self::BELOW),
            14 => self::item(14, 'mod', 3, self::BELOW),
        ];
    }

    public function test_totals_go_up_from_the_deepest_category(): void {
        $this->grade(5, [12 => 40, 13 => 50, 14 => 100]);
        $this->assertSame([11 => [5 => 75.0], 10 => [5 => 57.5]], $this->computed());
    }

    public function test_the_category_above_reads_five_decimals(): void {
        $this->items[14]['grademax'] = '3.00000';
        $this->grade(5, [13 => 0, 14 => 1]);
        $this->categories[self::COURSE]['aggregation'] = 8;
        $this->assertSame([11 => [5 => 16.66667], 10 => [5 => 16.66667]], $this->computed());
    }

    public function test_only_differences_of_five_decimals_are_reported(): void {
        $this->grade(5, [12 => 40, 11 => '75.00000', 13 => 50, 14 => 100, 10 => '57.50000']);
        $this->grade(6, [12 => 40, 11 => '75.00000', 13 => 50, 14 => 100, 10 => '57.50001']);
        $this->grade(7, [12 => 40, 11 => null, 13 => null, 14 => null, 10 => null]);
        $expected = [
            ['itemid' => 10, 'userid' => 6, 'stored' => 57.50001, 'computed' => 57.5],
            ['itemid' => 10, 'userid' => 7, 'stored' => null, 'computed' => 40.0],
        ];
        $this->assertSame($expected, iterator_to_array($this->totals()->differences(), false));
    }

    public function test_a_locked_or_overridden_total_stays(): void {
        $this->grade(5, [12 => 40, 11 => 20, 13 => 50, 14 => 100], [11 => ['overridden' => '1700000000']]);
        $this->grade(6, [12 => 40, 11 => 10, 13 => 50, 14 => 100], [11 => ['locked' => '1700000000']]);
        $this->assertSame([11 => [5 => 20.0, 6 => 10.0], 10 => [5 => 30.0, 6 => 25.0]], $this->computed());
        $this->items[11]['locked'] = '1700000000';
        $this->grade(7, [12 => 40, 13 => 50, 14 => 100]);
        $this->assertSame(40.0, $this->computed()[10][7]);
    }

    public function test_an_excluded_grade_does_not_count(): void {
        $this->grade(5, [12 => 40, 13 => 50, 14 => 100], [14 => ['excluded' => '1700000000']]);
        $this->assertSame([11 => [5 => 50.0], 10 => [5 => 45.0]], $this->computed());
    }

    public function test_a_total_of_natural_weighting_brings_its_range_along(): void {
        $this->categories[self::BELOW]['aggregation'] = '13';
        $this->items[13]['aggregationcoef2'] = $this->items[14]['aggregationcoef2'] = '0.50000';
        $this->items[11]['grademax'] = '200.00000';
        $this->grade(5, [13 => 50, 14 => null]);
        $this->grade(6, [13 => 50, 14 => 100]);
        $this->assertSame([11 => [5 => 50.0, 6 => 150.0], 10 => [5 => 50.0, 6 => 75.0]], $this->computed());
    }

    public function test_a_formula_is_taken_as_stored(): void {
        $this->items[11]['calculation'] = '=##gi13##';
        $this->grade(5, [12 => 40, 11 => 60, 13 => 50, 14 => 100], [11 => ['rawgrademax' => '80.00000']]);
        $this->assertSame([10 => [5 => 57.5]], $this->computed());
    }

    public function test_ranges_of_grades_where_the_site_says_so(): void {
        $this->grade(5, [12 => 40], [12 => ['rawgrademax' => '50.00000']]);
        $this->assertSame(40.0, $this->computed()[10][5]);
        $this->assertSame(80.0, $this->computed(['minmaxtouse' => 2])[10][5]);
    }

    public function test_scales_and_outcomes_count_where_the_site_and_category_say_so(): void {
        $this->items[13] = ['gradetype' => '2', 'grademin' => '1.00000', 'grademax' => '3.00000'] + $this->items[13];
        $this->items[14]['outcomeid'] = '3';
        $this->grade(5, [13 => 2, 14 => 100]);
        $this->assertSame(100.0, $this->computed()[11][5]);
        $this->assertSame(75.0, $this->computed(['includescales' => true])[11][5]);
        $this->assertSame(50.0, $this->computed(['includescales' => true, 'enableoutcomes' => true])[11][5]);
        $this->categories[self::BELOW]['aggregateoutcomes'] = '1';
        $this->assertSame(75.0, $this->computed(['includescales' => true, 'enableoutcomes' => true])[11][5]);
    }

    public function test_what_has_no_grade_and_what_has_no_item_yet_has_no_total(): void {
        $this->items[11]['gradetype'] = '0';
        $this->categories[3] = self::category(3, 1);
        $this->grade(5, [12 => 40, 13 => 50]);
        $this->assertSame([10 => [5 => 40.0]], $this->computed());
    }

    private static function category(int $id, ?int $parent): array {
        $settings = [
            'aggregation' => '0', 'aggregateonlygraded' => '1', 'droplow' => '0', 'keephigh' => '0', 'aggregateoutcomes' => '0',
        ];
        return ['id' => $id, 'parent' => $parent, 'depth' => $parent ? 2 : 1] + $settings;
    }

    private static function item(int $id, string $type, int $instance, ?int $category): array {
        $settings = [
            'gradetype' => '1', 'grademin' => '0.00000', 'grademax' => '100.00000', 'aggregationcoef' => '0.00000',
            'aggregationcoef2' => '0.00000', 'weightoverride' => '0', 'locked' => '0', 'calculation' => null, 'outcomeid' => null,
        ];
        return ['id' => $id, 'itemtype' => $type, 'iteminstance' => $instance, 'categoryid' => $category] + $settings;
    }

    private function grade(int $userid, array $finals, array $more = []): void {
        foreach ($finals as $itemid => $final) {
            $this->grades[] = (object) (($more[$itemid] ?? []) + [
                'itemid' => $itemid, 'userid' => $userid, 'finalgrade' => $final, 'rawgrademin' => '0.00000',
                'rawgrademax' => '100.00000', 'excluded' => '0', 'locked' => '0', 'overridden' => '0',
            ]);
        }
    }

    private function totals(array $site = []): course_totals {
        return new course_totals($this->categories, $this->items, new grades($this->grades), $site + self::SITE);
    }

    private function computed(array $site = []): array {
        $found = [];
        foreach ($this->totals($site)->all() as $total) {
            $found[$total['itemid']][$total['userid']] = $total['computed'];
        }
        return $found;
    }
}
