<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/** Reads a course's gradebook from Moodle, all its grades with one query, and writes nothing. */
final class loader {
    public static function totals(int $courseid): course_totals {
        global $CFG, $DB;
        require_once($CFG->libdir . '/gradelib.php');
        $arrays = static fn(array $records): array => array_map(static fn(object $record): array => (array) $record, $records);
        $grades = $DB->get_recordset_sql(
            'SELECT g.itemid, g.userid, g.finalgrade, g.rawgrademin, g.rawgrademax, g.excluded, g.locked, g.overridden
               FROM {grade_grades} g
               JOIN {grade_items} i ON i.id = g.itemid
              WHERE i.courseid = :courseid',
            ['courseid' => $courseid]
        );
        $read = new grades($grades);
        $grades->close();
        return new course_totals(
            $arrays($DB->get_records('grade_categories', ['courseid' => $courseid])),
            $arrays($DB->get_records('grade_items', ['courseid' => $courseid], 'sortorder')),
            $read,
            self::site($courseid)
        );
    }

    /** The settings of the site, and of the course, that change a total. */
    private static function site(int $courseid): array {
        global $CFG;
        $freeze = get_config('core', 'gradebook_calculations_freeze_' . $courseid);
        return [
            'maxfactor' => empty($CFG->unlimitedgrades) ? 1 : $CFG->gradeoverhundredprocentmax ?? 10,
            'includescales' => !empty($CFG->grade_includescalesinaggregation),
            'enableoutcomes' => !empty($CFG->enableoutcomes),
            'oldextracredit' => $freeze && (int) $freeze <= 20150619,
            'minmaxtouse' => (int) grade_get_setting($courseid, 'minmaxtouse', $CFG->grade_minmaxtouse),
        ];
    }
}
