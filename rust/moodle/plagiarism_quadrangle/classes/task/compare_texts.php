<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle\task;

use plagiarism_quadrangle\activity;

/** Compares the online texts of the assignments that ask for it. */
final class compare_texts extends \core\task\scheduled_task {
    public function get_name(): string {
        return get_string('comparetexts', 'plagiarism_quadrangle');
    }

    public function execute(): void {
        global $CFG, $DB;
        $settings = get_config('plagiarism_quadrangle');
        if (empty($CFG->enableplagiarism) || empty($settings->enabled)) {
            return;
        }
        [$k, $w, $least] = [(int) ($settings->k ?? 25), (int) ($settings->w ?? 20), (int) ($settings->least ?? 3)];
        $activities = $DB->get_records_sql(
            "SELECT q.cm, c.instance, c.deletioninprogress
               FROM {plagiarism_quadrangle_cms} q
          LEFT JOIN {course_modules} c ON c.id = q.cm"
        );
        foreach ($activities as $activity) {
            if ($activity->instance === null || $activity->deletioninprogress) {
                activity::forget((int) $activity->cm);
                continue;
            }
            try {
                $found = (new activity((int) $activity->cm, (int) $activity->instance, $k, $w, $least))->update();
            } catch (\Throwable $error) {
                mtrace("activity $activity->cm: not compared: {$error->getMessage()}");
                continue;
            }
            if ($found !== null) {
                mtrace("activity $activity->cm: {$found['texts']} texts, " . ($found['found'] ?? 'too many to look for') . ' pairs');
            }
        }
    }
}
