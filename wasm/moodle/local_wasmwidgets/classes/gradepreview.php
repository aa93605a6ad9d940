<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use local_gradebookfastpath\engine;

/** What other settings of a category would make of its totals: arrays by the names of Moodle's columns in, totals out. No Moodle here. */
final class gradepreview {
    public const METHODS = [0, 2, 4, 6, 8, 10, 11, 12, 13];
    public const WEIGHTED = [10, 13];
    public const EXTRA = [11, 12, 13];

    /**
     * @param array $category grade_categories and its grade item in one, with maxfactor and oldextracredit
     * @param array $items its children: grade_items, with name, and extraweight: how often extra credit counts in a mean
     * @param array $students name, total, kept, and by item: grades, excluded
     */
    public function __construct(public array $category, public array $items, public array $students) {
    }

    /** With the settings that a form has sent, as far as they are valid. */
    public function with(array $sent): self {
        $changed = clone $this;
        $whole = static fn($number): int => max(0, min(100, (int) $number));
        $changed->category = [
            'aggregation' => in_array((int) $sent['aggregation'], self::METHODS, true) ? (int) $sent['aggregation'] : 0,
            'aggregateonlygraded' => (int) !empty($sent['aggregateonlygraded']),
            'droplow' => $whole($sent['droplow'] ?? 0),
            'keephigh' => $whole($sent['keephigh'] ?? 0),
        ] + $this->category;
        foreach ($changed->items as &$item) {
            $item = self::weighted($changed->category['aggregation'], $item, $sent);
        }
        unset($item);
        $changed->items = $changed->category['aggregation'] === 13 ? self::shared($changed->items) : $changed->items;
        return $changed;
    }

    /** The weight as a teacher reads it: natural weights in per cent, and only where one has been set. */
    public function weight(array $item): ?float {
        return match ((int) $this->category['aggregation']) {
            10 => (float) $item['aggregationcoef'],
            13 => $item['weightoverride'] ? round($item['aggregationcoef2'] * 100, 3) : null,
            default => null,
        };
    }

    public function is_extra(array $item): bool {
        return in_array((int) $this->category['aggregation'], self::EXTRA, true) && $item['aggregationcoef'] > 0;
    }

    /** By student: the total, or null. A total that is locked or overridden stays. */
    public function totals(): array {
        $grades = $excluded = $kept = '';
        foreach ($this->students as $student) {
            $grades .= pack('d*', ...array_map(static fn(?float $grade): float => $grade ?? NAN, $student['grades']));
            $excluded .= implode('', array_map(static fn(bool $is): string => $is ? "\1" : "\0", $student['excluded']));
            $kept .= $student['kept'] ? "\1" : "\0";
        }
        $found = engine::packed($this->category, $this->items, count($this->students), $grades, $excluded, null, null, $kept);
        $totals = array_values(unpack('d*', $found['grades']));
        $one = static fn(array $student, float $total): ?float => $student['kept'] ? $student['total'] : (is_nan($total) ? null : $total);
        return array_map($one, $this->students, $totals);
    }

    private static function weighted(int $aggregation, array $item, array $sent): array {
        $weight = $sent['weight'][$item['id']] ?? '';
        $weight = is_numeric($weight) ? max(0.0, min(10000.0, (float) $weight)) : null;
        $extra = (float) !empty($sent['extra'][$item['id']]);
        return match ($aggregation) {
            10 => ['aggregationcoef' => $weight ?? 1.0],
            13 => ['aggregationcoef' => $extra, 'aggregationcoef2' => ($weight ?? 0.0) / 100, 'weightoverride' => (int) ($weight !== null)],
            11 => ['aggregationcoef' => $extra],
            12 => ['aggregationcoef' => $extra * $item['extraweight']],
            default => [],
        } + $item;
    }

    /** Natural weighting: what a teacher has set leaves the rest to the other items, by their points. */
    private static function shared(array $items): array {
        $counted = array_filter($items, static fn(array $item): bool => !($item['aggregationcoef'] > 0));
        $set = array_filter($counted, static fn(array $item): bool => (bool) $item['weightoverride']);
        $points = array_sum(array_column($counted, 'grademax'));
        $open = $points - array_sum(array_column($set, 'grademax'));
        $rest = max(0.0, 1.0 - array_sum(array_column($set, 'aggregationcoef2')));
        foreach ($items as &$item) {
            if (!$item['weightoverride']) {
                [$part, $of] = $item['aggregationcoef'] > 0 ? [1.0, $points] : [$rest, $open];
                $item['aggregationcoef2'] = $of > 0 ? $item['grademax'] / $of * $part : 0.0;
            }
        }
        return $items;
    }
}
