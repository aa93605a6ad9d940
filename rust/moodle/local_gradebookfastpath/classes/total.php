<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/**
 * The total of one student in one category. Values are keyed by item and usually go from 0 to 1; sums run in their order: by
 * value, and among equal values by item.
 */
final class total {
    public const NATURAL = 13;

    /** The methods in which a positive aggregationcoef makes an item extra credit. */
    private const WITH_EXTRA_CREDIT = [11, 12, self::NATURAL];

    /** The total in points or null, and the range that it has for this student, whose own ranges are in $mins and $maxes. */
    public static function of(
        array $category,
        array $items,
        array $grades,
        string $excluded = '',
        array $mins = [],
        array $maxes = []
    ): array {
        $mins = self::ranges($items, $mins, 'grademin');
        $maxes = self::ranges($items, $maxes, 'grademax');
        $grades = self::counting($category, $grades, $excluded);
        $values = self::values($category['aggregation'], $grades, $mins, $maxes);
        asort($values, SORT_NUMERIC);
        if (self::has_limits($category, $items)) {
            $values = self::limited($category, $items, $values);
        }
        if (!$values) {
            return [null, $category['grademin'], $category['grademax']];
        }
        $isnatural = $category['aggregation'] === self::NATURAL;
        [$part, $min, $max] = $isnatural
            ? natural::of($values, $items, $mins, $maxes, $category['oldextracredit'])
            : [methods::combine($category['aggregation'], $values, $items), $category['grademin'], $category['grademax']];
        $isgraded = array_filter($grades, 'is_float') !== [];
        if ($part === null || !$isgraded) {
            return [null, $min, $max];
        }
        $points = self::standardise($part, 0.0, 1.0, $isnatural ? 0.0 : $min, $max);
        return [self::bound($category, $points, $min, $max), $min, $max];
    }

    /** Move a grade from one range to another; from a range of a single point, to the top. */
    public static function standardise(float $grade, float $frommin, float $frommax, float $tomin, float $tomax): float {
        if ($frommin === $frommax) {
            return $tomax;
        }
        return ($grade - $frommin) / ($frommax - $frommin) * ($tomax - $tomin) + $tomin;
    }

    private static function ranges(array $items, array $own, string $end): array {
        $ranges = array_column($items, $end);
        foreach (array_filter($own, 'is_float') as $index => $number) {
            record::want_column("a grade's own $end", $number);
            $ranges[$index] = $number;
        }
        return $ranges;
    }

    /** The grades of the items that count, null where an empty one is taken for 0. */
    private static function counting(array $category, array $grades, string $excluded): array {
        foreach ($grades as $index => $grade) {
            if ($grade === null && $category['aggregateonlygraded'] || $excluded !== '' && $excluded[$index] !== "\0") {
                unset($grades[$index]);
            }
        }
        return $grades;
    }

    private static function values(int $aggregation, array $grades, array $mins, array $maxes): array {
        $values = [];
        foreach ($grades as $index => $grade) {
            record::want_spread($mins[$index], $maxes[$index]);
            $values[$index] = 0.0;
            if ($grade !== null) {
                record::want_column('a grade', $grade);
                // Natural weighting counts points from 0, so that negative ones stay what they are.
                $min = $aggregation === self::NATURAL ? 0.0 : $mins[$index];
                $values[$index] = self::standardise($grade, $min, $maxes[$index], 0.0, 1.0);
            }
        }
        return $values;
    }

    /** Natural weighting drops nothing unless all children are items of one weight and range, none of them extra. */
    private static function has_limits(array $category, array $items): bool {
        if ($category['aggregation'] !== self::NATURAL) {
            return $category['droplow'] || $category['keephigh'];
        }
        foreach ($items as $item) {
            $same = $item['aggregationcoef2'] === $items[0]['aggregationcoef2'] && $item['grademax'] === $items[0]['grademax'];
            if (!$same || $item['category'] || $item['aggregationcoef'] > 0) {
                return false;
            }
        }
        return true;
    }

    /** Sorted values without those that the category drops; extra credit always stays. */
    private static function limited(array $category, array $items, array $values): array {
        $hasextra = in_array($category['aggregation'], self::WITH_EXTRA_CREDIT, true);
        $isextra = static fn(int $index): bool => $hasextra && $items[$index]['aggregationcoef'] > 0;
        $droppable = array_filter($values, static fn(int $index): bool => !$isextra($index), ARRAY_FILTER_USE_KEY);
        if (!$category['droplow'] && $category['keephigh']) {
            $highest = $droppable;
            arsort($highest, SORT_NUMERIC);
            return array_diff_key($values, array_slice($highest, $category['keephigh'], null, true));
        }
        for ($left = $category['droplow']; $left > 0 && $droppable; $left--) {
            // Of those as low as the lowest, the one with most points.
            $dropped = null;
            foreach (array_keys($droppable, reset($droppable), true) as $index) {
                if ($dropped === null || $items[$index]['grademax'] > $items[$dropped]['grademax']) {
                    $dropped = $index;
                }
            }
            unset($values[$dropped], $droppable[$dropped]);
        }
        return $values;
    }

    /** Within the range, whose lower end is looked at first. A place on a scale is whole: 1.5 is 2. */
    private static function bound(array $category, float $points, float $min, float $max): float {
        $max *= $category['scale'] ? 1.0 : $category['maxfactor'];
        // Not round(), which differs between PHP 8.3 and 8.4.
        $points = $category['scale'] ? floor($points + 0.00001 + 0.5) : $points;
        $bounded = $points < $min ? $min : ($points > $max ? $max : $points);
        return $category['scale'] ? (float) (int) $bounded : $bounded;
    }
}
