<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/** One grade of many, by every method but natural weighting. Values come sorted, keyed by item, and are at least one. */
final class methods {
    /** The grade between 0 and 1, or null where no value has a weight; a code that is not known is the mean, as in Moodle. */
    public static function combine(int $aggregation, array $values, array $items): ?float {
        return match ($aggregation) {
            2 => self::median(array_values($values)),
            4 => reset($values),
            6 => end($values),
            8 => self::mode($values),
            10 => self::weighted_mean($values, $items),
            11 => self::simple_weighted_mean($values, $items),
            12 => self::extra_credit_mean($values, $items),
            default => array_sum($values) / count($values),
        };
    }

    private static function median(array $values): float {
        $half = intdiv(count($values), 2);
        return count($values) % 2 ? $values[$half] : ($values[$half - 1] + $values[$half]) / 2;
    }

    /** The most frequent, and of several such the highest. What PHP writes alike, with 14 digits, is equal. */
    private static function mode(array $values): float {
        $written = array_map(static fn(float $value): string => sprintf('%.14H', $value), $values);
        $times = array_count_values($written);
        return (float) max(array_map('floatval', array_keys($times, max($times), true)));
    }

    private static function weighted_mean(array $values, array $items): ?float {
        $sum = $weights = 0.0;
        foreach ($values as $index => $value) {
            $weight = $items[$index]['aggregationcoef'];
            if ($weight > 0) {
                $weights += $weight;
                $sum += $weight * $value;
            }
        }
        return $weights == 0 ? null : $sum / $weights;
    }

    /** Weighted by the items' own ranges; extra credit comes after the others, and adds to the sum alone. */
    private static function simple_weighted_mean(array $values, array $items): ?float {
        $sum = null;
        $weights = 0.0;
        foreach ([false, true] as $extra) {
            foreach ($values as $index => $value) {
                $weight = $items[$index]['grademax'] - $items[$index]['grademin'];
                if ($weight > 0 && ($items[$index]['aggregationcoef'] > 0) === $extra) {
                    $weights += $extra ? 0.0 : $weight;
                    $sum += $weight * $value;
                }
            }
        }
        return $sum === null || $weights == 0 ? $sum : $sum / $weights;
    }

    /** Items without a coefficient are counted; those with a positive one come after them, and add that many times their grade. */
    private static function extra_credit_mean(array $values, array $items): ?float {
        $sum = null;
        $counted = 0;
        foreach ($values as $index => $value) {
            if ($items[$index]['aggregationcoef'] == 0) {
                $sum += $value;
                $counted++;
            }
        }
        foreach ($values as $index => $value) {
            if ($items[$index]['aggregationcoef'] > 0) {
                $sum += $items[$index]['aggregationcoef'] * $value;
            }
        }
        return $sum === null || !$counted ? $sum : $sum / $counted;
    }
}
