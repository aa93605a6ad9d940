<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/**
 * All totals of a course from its categories, items and grades: from the deepest category up, each in one call of the engine.
 * Knows no Moodle: loader.php hands it arrays by the names of Moodle's columns.
 */
final class course_totals {
    private const GRADED_BY_VALUE = 1;
    private const GRADED_BY_SCALE = 2;

    /** grade_minmaxtouse: a grade's own range, and not its item's. */
    private const RANGE_OF_GRADE = 2;

    /** Totals by item and student, of five decimals, as the next category up reads them from Moodle's database. */
    private array $totals = [];

    /** By item: mins and maxes, by student. */
    private array $ranges = [];

    /**
     * @param array $categories grade_categories by id
     * @param array $items grade_items by id, in the order of sortorder
     * @param array $site maxfactor, includescales, enableoutcomes, oldextracredit, minmaxtouse
     */
    public function __construct(
        private array $categories,
        private array $items,
        private grades $grades,
        private array $site
    ) {
        $istotal = static fn(array $item): bool => in_array($item['itemtype'], ['course', 'category'], true);
        $totals = array_column(array_filter($items, $istotal), 'id', 'iteminstance');
        uasort($categories, static fn(array $a, array $b): int => $b['depth'] <=> $a['depth']);
        foreach ($categories as $id => $category) {
            if (isset($totals[$id])) { // Moodle makes the item of a new category when it first needs it.
                $this->settle($category, $items[$totals[$id]], $this->children($category, $totals));
            }
        }
    }

    /** One entry for each student's total that is computed: itemid, userid, stored and computed, with five decimals or null. */
    public function all(): iterable {
        foreach ($this->totals as $itemid => $totals) {
            foreach ($totals as $userid => $computed) {
                $stored = self::rounded($this->grades->final($itemid, $userid));
                yield ['itemid' => $itemid, 'userid' => $userid, 'stored' => $stored, 'computed' => $computed];
            }
        }
    }

    /** Those of them that differ in the five decimals that Moodle stores. */
    public function differences(): iterable {
        foreach ($this->all() as $total) {
            if ($total['stored'] !== $total['computed']) {
                yield $total;
            }
        }
    }

    private function settle(array $category, array $item, array $children): void {
        $isgraded = in_array((int) $item['gradetype'], [self::GRADED_BY_VALUE, self::GRADED_BY_SCALE], true);
        if (!$isgraded || $item['calculation'] || !$children) {
            return; // The stored totals hold: there are none, or a formula makes them.
        }
        $found = engine::packed(...$this->arguments($category, $item, $children));
        $columns = array_map(static fn(string $bytes): array => array_values(unpack('d*', $bytes)), $found);
        foreach ($this->grades->users() as $index => $userid) {
            if ($this->grades->is_kept($item, $userid)) {
                $this->totals[$item['id']][$userid] = self::rounded($this->grades->final($item['id'], $userid));
                continue;
            }
            $this->totals[$item['id']][$userid] = self::rounded($columns['grades'][$index]);
            $this->ranges[$item['id']]['mins'][$userid] = round($columns['mins'][$index], 5);
            $this->ranges[$item['id']]['maxes'][$userid] = round($columns['maxes'][$index], 5);
        }
    }

    private function arguments(array $category, array $item, array $children): array {
        $children = array_values($children);
        $flag = static fn(bool $is): string => $is ? "\1" : "\0";
        $excluded = $kept = '';
        foreach ($this->grades->users() as $userid) {
            $kept .= $flag($this->grades->is_kept($item, $userid));
            foreach ($children as $child) {
                $excluded .= $flag($this->grades->is_excluded($child['id'], $userid));
            }
        }
        $isranged = array_filter($children, [$this, 'has_own_ranges']) !== [];
        $said = array_intersect_key($item, array_flip(['gradetype', 'grademin', 'grademax']))
            + array_intersect_key($this->site, array_flip(['maxfactor', 'oldextracredit'])) + $category;
        $end = fn(string $which): ?string => $isranged
            ? $this->packed($children, fn(array $child, int $userid): ?float => $this->end($child, $userid, $which))
            : null;
        $values = $this->packed($children, [$this, 'grade']);
        return [$said, $children, count($this->grades->users()), $values, $excluded, $end('mins'), $end('maxes'), $kept];
    }

    /** A number of every student and child, NAN where there is none. */
    private function packed(array $children, callable $of): string {
        $packed = '';
        foreach ($this->grades->users() as $userid) {
            $packed .= pack('d*', ...array_map(static fn(array $child): float => $of($child, $userid) ?? NAN, $children));
        }
        return $packed;
    }

    /** What a category aggregates: items with a grade that is a number or, if the site wants it, a place on a scale. */
    private function children(array $category, array $totals): array {
        $below = array_filter($this->categories, static fn(array $other): bool => $other['parent'] == $category['id']);
        $below = array_flip(array_intersect_key($totals, $below));
        return array_filter($this->items, function (array $item) use ($category, $below): bool {
            $type = (int) $item['gradetype'];
            $counts = $type === self::GRADED_BY_VALUE || ($type === self::GRADED_BY_SCALE && $this->site['includescales']);
            $isoutcome = $item['outcomeid'] && $this->site['enableoutcomes'] && !$category['aggregateoutcomes'];
            return $counts && !$isoutcome && ($item['categoryid'] == $category['id'] || isset($below[$item['id']]));
        });
    }

    private function grade(array $item, int $userid): ?float {
        $totals = $this->totals[$item['id']] ?? null;
        return $totals === null ? $this->grades->final($item['id'], $userid) : $totals[$userid];
    }

    /** Whether students may have other ranges than the item: of totals, and of all grades where the site says so. */
    private function has_own_ranges(array $item): bool {
        return $item['itemtype'] === 'category' || $this->site['minmaxtouse'] == self::RANGE_OF_GRADE;
    }

    /** An end of the range, where it is this student's own. */
    private function end(array $item, int $userid, string $which): ?float {
        $stored = $this->has_own_ranges($item) ? $this->grades->end($item['id'], $userid, $which) : null;
        return $this->ranges[$item['id']][$which][$userid] ?? $stored;
    }

    private static function rounded(?float $grade): ?float {
        return $grade === null || is_nan($grade) ? null : round($grade, 5);
    }
}
