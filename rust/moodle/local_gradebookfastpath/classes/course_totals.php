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
        $kept = $values = $excluded = $mins = $maxes = '';
        foreach ($this->grades->users() as $userid) {
            $kept .= $this->grades->is_kept($item, $userid) ? "\1" : "\0";
            foreach ($children as $child) {
                $values .= pack('d', $this->grade($child, $userid) ?? NAN);
                $excluded .= $this->grades->is_excluded($child['id'], $userid) ? "\1" : "\0";
                $mins .= pack('d', $this->end($child, $userid, 'mins') ?? NAN);
                $maxes .= pack('d', $this->end($child, $userid, 'maxes') ?? NAN);
            }
        }
        $said = array_intersect_key($item, array_flip(['gradetype', 'grademin', 'grademax']))
            + array_intersect_key($this->site, array_flip(['maxfactor', 'oldextracredit'])) + $category;
        return [$said, array_values($children), count($this->grades->users()), $values, $excluded, $mins, $maxes, $kept];
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

    /** An end of the range where it is this student's own: of totals, and of all grades where the site says so. */
    private function end(array $item, int $userid, string $which): ?float {
        $isown = $item['itemtype'] === 'category' || $this->site['minmaxtouse'] == self::RANGE_OF_GRADE;
        return $this->ranges[$item['id']][$which][$userid] ?? ($isown ? $this->grades->end($item['id'], $userid, $which) : null);
    }

    private static function rounded(?float $grade): ?float {
        return $grade === null || is_nan($grade) ? null : round($grade, 5);
    }
}
