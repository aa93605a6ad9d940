<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use grade_category;
use grade_item;

/** Reads a category with its items and grades from Moodle, and writes nothing. */
final class gradepreview_loader {
    /** Students on one page; more would make it slow to open. */
    private const MOST = 1000;
    public int $categoryid;
    private array $categories;

    /** @param int $categoryid 0 for the course's own */
    public function __construct(private int $courseid, int $categoryid) {
        global $CFG;
        require_once($CFG->libdir . '/gradelib.php');
        $this->categories = grade_category::fetch_all(['courseid' => $courseid]) ?: [];
        $course = grade_category::fetch_course_category($courseid);
        $this->categoryid = isset($this->categories[$categoryid]) ? $categoryid : (int) $course->id;
        $this->categories += [$course->id => $course];
    }

    /** Names by id, for a menu. */
    public function categories(): array {
        return array_map(static fn(grade_category $category): string => $category->get_name(), $this->categories);
    }

    /** Null where there is nothing to aggregate. */
    public function preview(): ?gradepreview {
        $category = $this->categories[$this->categoryid];
        $items = $this->items($category);
        $total = $category->load_grade_item();
        if (!$items) {
            return null;
        }
        $read = array_map(static fn(grade_item $item): array => self::item($category, $item), $items);
        return new gradepreview($this->category($category, $total), $read, $this->students($total, $items));
    }

    private function category(grade_category $category, grade_item $total): array {
        global $CFG;
        $freeze = (int) get_config('core', "gradebook_calculations_freeze_$this->courseid");
        $said = array_intersect_key((array) $category, array_flip(['aggregation', 'aggregateonlygraded', 'droplow', 'keephigh']));
        return array_map('intval', $said) + [
            'gradetype' => (int) $total->gradetype,
            'grademin' => (float) $total->grademin,
            'grademax' => (float) $total->grademax,
            'maxfactor' => empty($CFG->unlimitedgrades) ? 1.0 : (float) ($CFG->gradeoverhundredprocentmax ?? 10),
            'oldextracredit' => (int) ($freeze && $freeze <= 20150619),
        ];
    }

    /** The children that are graded by a number, a category below by its total. */
    private function items(grade_category $category): array {
        $items = [];
        foreach (grade_item::fetch_all(['courseid' => $this->courseid]) ?: [] as $item) {
            $below = $item->itemtype === 'category' && ($this->categories[$item->iteminstance]->parent ?? null) == $category->id;
            if ((int) $item->gradetype === GRADE_TYPE_VALUE && ($below || $item->categoryid == $category->id)) {
                $items[] = $item;
            }
        }
        usort($items, static fn(grade_item $a, grade_item $b): int => $a->sortorder <=> $b->sortorder);
        return $items;
    }

    private static function item(grade_category $category, grade_item $item): array {
        $numbers = ['grademin', 'grademax', 'aggregationcoef', 'aggregationcoef2'];
        $isextra = (int) $category->aggregation === GRADE_AGGREGATE_EXTRACREDIT_MEAN && $item->aggregationcoef > 0;
        return array_map('floatval', array_intersect_key((array) $item, array_flip($numbers))) + [
            'id' => (int) $item->id,
            'name' => $item->get_name(true),
            'itemtype' => $item->itemtype,
            'weightoverride' => (int) $item->weightoverride,
            'extraweight' => $isextra ? (float) $item->aggregationcoef : 1.0,
        ];
    }

    private function students(grade_item $total, array $items): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal(array_column([$total, ...$items], 'id'));
        $byuser = [];
        $rows = $DB->get_recordset_select('grade_grades', "itemid $in", $params, '', 'id, itemid, userid, finalgrade, excluded, locked, overridden');
        foreach ($rows as $row) {
            $byuser[$row->userid][$row->itemid] = $row;
        }
        $rows->close();
        $users = get_enrolled_users(\context_course::instance($this->courseid), 'mod/assign:submit', 0, 'u.*', null, 0, self::MOST, true);
        return array_values(array_map(static fn(object $user): array => self::student($user, $byuser[$user->id] ?? [], $total, $items), $users));
    }

    private static function student(object $user, array $rows, grade_item $total, array $items): array {
        $final = static fn(grade_item $item): ?float => isset($rows[$item->id]->finalgrade) ? (float) $rows[$item->id]->finalgrade : null;
        return [
            'name' => fullname($user),
            'total' => $final($total),
            'kept' => !empty($rows[$total->id]->locked) || !empty($rows[$total->id]->overridden),
            'grades' => array_map($final, $items),
            'excluded' => array_map(static fn(grade_item $item): bool => !empty($rows[$item->id]->excluded), $items),
        ];
    }
}
