<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use ValueError;

/** Rows of Moodle's tables, where numbers may be strings, as typed arrays; what no column could hold is refused. */
final class record {
    /** Half of the last decimal of NUMERIC(10,5). */
    private const LEAST = 0.000005;
    private const MOST = 100000.0;
    private const SCALE = 2;

    /** A category and its items. */
    public static function both(array $category, array $items): array {
        $category = self::category($category);
        $items = array_map([self::class, 'item'], array_values($items), array_keys(array_values($items)));
        if (!$items) {
            throw new ValueError('a category without items has no totals');
        }
        return [$category, $items];
    }

    /** The grades of one student, by item. */
    public static function row($row, int $student, int $items): array {
        if (!is_array($row)) {
            throw new ValueError("row $student is no array");
        }
        if (count($row) !== $items) {
            throw new ValueError("row $student has " . count($row) . " entries instead of $items");
        }
        $numbers = [];
        foreach (array_values($row) as $index => $value) {
            $numbers[] = $value === null ? null : self::number($value);
            if ($value !== null && $numbers[$index] === null) {
                throw new ValueError("row $student, item $index: neither null nor a number");
            }
        }
        return $numbers;
    }

    /** Refuse a number that the database could not have given: such numbers alone could make an infinity, or NAN. */
    public static function want_column(string $what, float $value): void {
        if ($value != 0 && !(abs($value) >= self::LEAST && abs($value) < self::MOST)) {
            throw new ValueError("$what is $value: neither 0 nor between 0.00001 and 100000, with either sign");
        }
    }

    /** Refuse a range that is not empty and yet narrower than the database can tell. */
    public static function want_spread(float $min, float $max): void {
        if ($max != $min && abs($max - $min) < self::LEAST) {
            throw new ValueError("the width of an item's range is " . ($max - $min));
        }
    }

    private static function category(array $record): array {
        $whole = static fn(string $name): int => (int) self::field($record, 'category', $name, 'whole');
        $flag = static fn(string $name): bool => self::field($record, 'category', $name, 'flag');
        $number = static fn(string $name): float => self::column($record, 'category', $name, "the category's $name");
        return [
            'aggregation' => $whole('aggregation'),
            'aggregateonlygraded' => $flag('aggregateonlygraded'),
            'droplow' => self::field($record, 'category', 'droplow', 'count'),
            'keephigh' => self::field($record, 'category', 'keephigh', 'count'),
            'grademin' => $number('grademin'),
            'grademax' => $number('grademax'),
            'scale' => $whole('gradetype') === self::SCALE,
            'maxfactor' => $number('maxfactor'),
            'oldextracredit' => $flag('oldextracredit'),
        ];
    }

    private static function item($record, int $index): array {
        if (!is_array($record)) {
            throw new ValueError("item $index is no array");
        }
        $number = static fn(string $name): float => self::column($record, "item $index", $name, "an item's $name");
        $item = [
            'grademin' => $number('grademin'),
            'grademax' => $number('grademax'),
            'aggregationcoef' => $number('aggregationcoef'),
            'aggregationcoef2' => $number('aggregationcoef2'),
            'weightoverride' => self::field($record, "item $index", 'weightoverride', 'flag'),
            'category' => self::value($record, "item $index", 'itemtype') === 'category',
        ];
        self::want_spread($item['grademin'], $item['grademax']);
        return $item;
    }

    private static function column(array $record, string $what, string $name, string $words): float {
        $number = self::field($record, $what, $name, 'number');
        self::want_column($words, $number);
        return $number;
    }

    private static function field(array $record, string $what, string $name, string $kind) {
        $value = self::value($record, $what, $name);
        $number = self::number($value);
        $whole = $number !== null && floor($number) === $number && abs($number) < 1e10 ? (int) $number : null;
        [$words, $found] = match ($kind) {
            'number' => ['a number', $number],
            'whole' => ['a whole number', $whole],
            'count' => ['a number of items', $whole !== null && $whole >= 0 ? $whole : null],
            'flag' => ['0 or 1', is_bool($value) ? $value : [0 => false, 1 => true][$whole ?? -1] ?? null],
        };
        return $found ?? throw new ValueError("$what: $name is not $words");
    }

    private static function value(array $record, string $what, string $name) {
        return array_key_exists($name, $record) ? $record[$name] : throw new ValueError("$what has no $name");
    }

    /** A finite number, or null. */
    private static function number($value): ?float {
        $number = is_int($value) || is_float($value) || (is_string($value) && is_numeric($value)) ? (float) $value : NAN;
        return is_finite($number) ? $number : null;
    }
}
