<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/** Natural weighting: points are added up, and the weights of what is missing go to what is there. */
final class natural {
    /**
     * The grade, usually between 0 and 1, and the range found for this student. $old is the rule of gradebooks that are frozen at
     * 20150619 or before: extra credit is weighted like other items.
     */
    public static function of(array $values, array $items, array $mins, array $maxes, bool $old): array {
        $items = array_replace($values, array_intersect_key($items, $values)); // In the order of the values.
        $isextra = static fn(array $item): bool => $item['aggregationcoef'] > 0;
        $min = $max = $present = 0.0;
        foreach ($items as $index => $item) {
            if (!$isextra($item) && $item['aggregationcoef2'] > 0) {
                $min += $mins[$index];
                $max += $maxes[$index];
                $present += $item['aggregationcoef2'];
            }
        }
        [$weights, $fixed, $fixedpoints] = self::overridden($items, $maxes, $present, $old);
        $points = $max - $fixedpoints;
        foreach ($items as $index => $item) {
            if ($item['weightoverride'] || ($isextra($item) && !$old)) {
                continue;
            }
            $weights[$index] = $points > 0 ? $maxes[$index] / $points * (1 - $fixed) : 0.0;
            if ($points <= 0 && $item['aggregationcoef2'] > 0) {
                $max -= $maxes[$index];
            }
        }
        foreach ($items as $index => $item) {
            // Extra credit is worth its points, and takes no weight from others.
            $weights[$index] ??= $max == 0 ? 0.0 : $maxes[$index] / $max;
        }
        $extras = array_filter($items, $isextra);
        $sum = 0.0;
        foreach (array_diff_key($values, $extras) + array_intersect_key($values, $extras) as $index => $value) {
            $sum += $value * $weights[$index] * $max;
        }
        return $max > 0 ? [$sum / $max, $min, $max] : [$sum, $min, $sum];
    }

    /** Weights that teachers have set, rescaled by the weights that are present; their sum, and the points of those items. */
    private static function overridden(array $items, array $maxes, float $present, bool $old): array {
        $weights = [];
        $sum = $points = 0.0;
        foreach ($items as $index => $item) {
            if (!$item['weightoverride']) {
                continue;
            }
            $counts = $item['aggregationcoef2'] > 0;
            $weights[$index] = $counts && $present > 0 ? $item['aggregationcoef2'] / $present : 0.0;
            if ($counts && ($old || $item['aggregationcoef'] <= 0)) {
                $sum += $weights[$index];
                $points += $maxes[$index];
            }
        }
        return [$weights, $sum, $points];
    }
}
