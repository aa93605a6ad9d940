<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use PHPUnit\Framework\TestCase;
use Throwable;
use TypeError;
use ValueError;

/** What the functions take, give and refuse: in plain PHP and, where it is loaded, in the extension. */
final class functions_test extends TestCase {
    private const CATEGORY = [
        'aggregation' => '0', 'aggregateonlygraded' => '1', 'droplow' => 0, 'keephigh' => 0, 'gradetype' => 1,
        'grademin' => '0.00000', 'grademax' => 100, 'maxfactor' => 1, 'oldextracredit' => false, 'id' => 'not looked at',
    ];
    private const ITEM = [
        'itemtype' => 'mod', 'grademin' => 0, 'grademax' => '10.00000', 'aggregationcoef' => 0.0, 'aggregationcoef2' => '0',
        'weightoverride' => 0,
    ];

    public static function engines(): array {
        $engines = ['plain' => [[plain::class, 'packed'], [plain::class, 'rows']]];
        return engine::is_native()
            ? $engines + ['native' => ['gradebook_fastpath_packed', 'gradebook_fastpath_rows']]
            : $engines;
    }

    /** @dataProvider engines */
    public function test_rows_may_hold_what_a_database_gives(callable $packed, callable $rows): void {
        $one = 5;
        $given = [['5.00000', 8], [null, " 7.5\n"], 'by name' => ['a' => &$one, 'b' => 1e0], [null, null]];
        $found = $rows(self::CATEGORY, ['x' => self::ITEM, 'y' => self::ITEM], $given);
        $this->assertSame([65.0, 75.0, 30.0, null], $found['grades']);
        $this->assertSame([[0.0, 0.0, 0.0, 0.0], [100.0, 100.0, 100.0, 100.0]], [$found['mins'], $found['maxes']]);
    }

    /** @dataProvider engines */
    public function test_packed_grades_by_names_of_parameters(callable $packed): void {
        $found = $packed(
            category: self::CATEGORY,
            items: [self::ITEM, self::ITEM],
            students: 2,
            values: pack('d*', 5, 8, 1, 2),
            excluded: "\0\1\0\0",
            kept: "\0\1",
        );
        $this->assertSame(bin2hex(pack('d*', 50, NAN)), bin2hex($found['grades']));
        $this->assertSame(bin2hex(pack('d*', 100, NAN)), bin2hex($found['maxes']));
    }

    /** @dataProvider engines */
    public function test_natural_weighting_gives_each_student_a_range(callable $packed): void {
        $category = ['aggregation' => 13] + self::CATEGORY;
        $items = [['aggregationcoef2' => 0.5] + self::ITEM, ['aggregationcoef2' => 0.5] + self::ITEM];
        $found = $packed($category, $items, 2, pack('d*', 4, 9, NAN, 9));
        $this->assertSame([1 => 13.0, 9.0], unpack('d*', $found['grades']));
        $this->assertSame([1 => 20.0, 10.0], unpack('d*', $found['maxes']));
        $found = $packed($category, $items, 1, pack('d*', 4, 9), null, null, pack('d*', 8, NAN));
        $this->assertSame([1 => 18.0], unpack('d*', $found['maxes']));
    }

    /** @dataProvider engines */
    public function test_what_is_wrong_is_said(callable $packed, callable $rows): void {
        $wrong = static fn(string $name, $value): array => [[$name => $value] + self::CATEGORY, [self::ITEM], [[1]]];
        $item = static fn($item): array => [self::CATEGORY, [self::ITEM, $item], [[1, 2]]];
        $row = static fn($row): array => [self::CATEGORY, [self::ITEM], [[1], $row]];
        $cases = [
            ['category has no aggregation', [[], [self::ITEM], []]],
            ['category: aggregation is not a whole number', $wrong('aggregation', 1.5)],
            ['category: aggregation is not a whole number', $wrong('aggregation', true)],
            ['category: droplow is not a number of items', $wrong('droplow', -1)],
            ['category: keephigh is not a number of items', $wrong('keephigh', 'x')],
            ['category: aggregateonlygraded is not 0 or 1', $wrong('aggregateonlygraded', 2)],
            ['category: grademax is not a number', $wrong('grademax', 'ten')],
            ["the category's grademax is ", $wrong('grademax', '1e6')],
            ["the category's maxfactor is ", $wrong('maxfactor', 0.000001)],
            ['a category without items has no totals', [self::CATEGORY, [], []]],
            ['item 1 is no array', $item(7)],
            ['item 1 has no grademin', $item([])],
            ['item 1: grademin is not a number', $item(['grademin' => null] + self::ITEM)],
            ['item 1: weightoverride is not 0 or 1', $item(['weightoverride' => 'yes'] + self::ITEM)],
            ["an item's aggregationcoef2 is ", $item(['aggregationcoef2' => 100000] + self::ITEM)],
            ["the width of an item's range is ", $item(['grademin' => 10.000001] + self::ITEM)],
            ['row 1 is no array', $row('1')],
            ['row 1 has 2 entries instead of 1', $row([1, 2])],
            ['row 1, item 0: neither null nor a number', $row(['1,5'])],
            ['row 1, item 0: neither null nor a number', $row(['0x1'])],
            ['row 1, item 0: neither null nor a number', $row([NAN])],
            ['row 1, item 0: neither null nor a number', $row(['1e999'])],
            ['row 1, item 0: neither null nor a number', $row([false])],
            ['a grade is ', $row([-100000])],
        ];
        foreach ($cases as [$words, $arguments]) {
            $this->assert_refused($words, $rows, $arguments);
        }
    }

    /** @dataProvider engines */
    public function test_what_is_wrong_with_packed_grades_is_said(callable $packed): void {
        $one = pack('d', 1);
        $cases = [
            ['students must not be negative', [-1, $one]],
            ['values has 7 bytes, which is no whole number of doubles', [1, '1234567']],
            ['values has 1 entries instead of 2', [2, $one]],
            ['excluded has 2 entries instead of 1', [1, $one, '12']],
            ['excluded has 0 entries instead of 1', [1, $one, '']],
            ['mins has 3 bytes, which is no whole number of doubles', [1, $one, null, '123']],
            ['mins has 0 entries instead of 1', [1, $one, null, '']],
            ['maxes has 2 entries instead of 1', [1, $one, null, null, $one . $one]],
            ['kept has 3 entries instead of 1', [1, $one, null, null, null, '123']],
            ["a grade's own grademax is ", [1, $one, null, null, pack('d', INF)]],
            ["a grade's own grademin is ", [1, $one, null, pack('d', -1e9)]],
            ["the width of an item's range is ", [1, $one, null, pack('d', 9.999999)]],
            ['a grade is ', [1, pack('d', INF)]],
        ];
        foreach ($cases as [$words, $arguments]) {
            $this->assert_refused($words, $packed, [self::CATEGORY, [self::ITEM], ...$arguments]);
        }
    }

    /** @dataProvider engines */
    public function test_other_types_are_type_errors(callable $packed, callable $rows): void {
        foreach ([['x', [], []], [[], null, []], [[], [], 1]] as $arguments) {
            $this->assertInstanceOf(TypeError::class, self::thrown($rows, $arguments));
        }
        $this->assertInstanceOf(TypeError::class, self::thrown($packed, [self::CATEGORY, [self::ITEM], 1, []]));
    }

    private function assert_refused(string $words, callable $function, array $arguments): void {
        $thrown = self::thrown($function, $arguments);
        $this->assertInstanceOf(ValueError::class, $thrown, $words);
        $this->assertStringStartsWith($words, $thrown->getMessage());
    }

    private static function thrown(callable $function, array $arguments): ?Throwable {
        try {
            $function(...$arguments);
        } catch (Throwable $thrown) {
            return $thrown;
        }
        return null;
    }
}
