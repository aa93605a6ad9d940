<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

use plagiarism_quadrangle\activity;

require_once($CFG->dirroot . '/plagiarism/lib.php');

/** What Moodle asks of a plagiarism plugin. */
class plagiarism_plugin_quadrangle extends plagiarism_plugin {
    /** The highest share that a text has in common with another one, beside it; for those alone who may read the report. */
    public function get_links($linkarray) {
        if (empty($linkarray['cmid']) || empty($linkarray['userid']) || !isset($linkarray['content'])) {
            return '';
        }
        $cmid = (int) $linkarray['cmid'];
        if (!plagiarism_quadrangle_is_compared($cmid) || !plagiarism_quadrangle_may_read($cmid)) {
            return '';
        }
        $document = plagiarism_quadrangle_documents($cmid)[(int) $linkarray['userid']] ?? null;
        $why = plagiarism_quadrangle_why_not($cmid, $document);
        if ($document === null || ($why !== null && $why !== activity::FAILED)) {
            return html_writer::div(get_string($why ?? 'notcompared', 'plagiarism_quadrangle'));
        }
        $url = new moodle_url('/plagiarism/quadrangle/report.php', ['id' => $document->id]);
        $link = html_writer::link($url, get_string('highest', 'plagiarism_quadrangle', $document->highest));
        return html_writer::div($why === null ? $link : $link . ' ' . get_string($why, 'plagiarism_quadrangle'));
    }

    /** Who hands a text in is told that it is compared. */
    public function print_disclosure($cmid) {
        if (!plagiarism_quadrangle_is_compared((int) $cmid)) {
            return '';
        }
        return html_writer::div(get_string('disclosure', 'plagiarism_quadrangle'), 'alert alert-info');
    }
}

function plagiarism_quadrangle_is_compared(int $cmid): bool {
    global $DB;
    static $compared = [];
    return $compared[$cmid] ??= $DB->record_exists('plagiarism_quadrangle_cms', ['cm' => $cmid]);
}

/** The string that says why a text is not compared, or not any more; null where it is, or its time has not come. */
function plagiarism_quadrangle_why_not(int $cmid, ?object $document): ?string {
    global $DB;
    static $outcomes = [];
    $outcome = $outcomes[$cmid] ??= (string) $DB->get_field('plagiarism_quadrangle_cms', 'outcome', ['cm' => $cmid]);
    $k = (int) (get_config('plagiarism_quadrangle', 'k') ?: 25);
    if ($outcome !== activity::TOO_MANY && $document !== null && !activity::is_comparable((int) $document->units, $k)) {
        return 'notcomparable';
    }
    return in_array($outcome, [activity::TOO_MANY, activity::FAILED], true) ? $outcome : null;
}

/** What a report asks for: it shows the texts of the whole activity, whatever the reader's groups, and who has written them. */
function plagiarism_quadrangle_needs(int $cmid): array {
    global $DB;
    [, $cm] = get_course_and_cm_from_cmid($cmid);
    $needs = ['plagiarism/quadrangle:viewreport'];
    if (groups_get_activity_groupmode($cm) === SEPARATEGROUPS) {
        $needs[] = 'moodle/site:accessallgroups';
    }
    if ($DB->record_exists('assign', ['id' => $cm->instance, 'blindmarking' => 1, 'revealidentities' => 0])) {
        $needs[] = 'mod/assign:viewblinddetails';
    }
    return $needs;
}

function plagiarism_quadrangle_may_read(int $cmid): bool {
    static $may = [];
    return $may[$cmid] ??= has_all_capabilities(plagiarism_quadrangle_needs($cmid), context_module::instance($cmid));
}

/** By user, with one query for a page that shows many. */
function plagiarism_quadrangle_documents(int $cmid): array {
    global $DB;
    static $documents = [];
    return $documents[$cmid] ??= $DB->get_records('plagiarism_quadrangle_docs', ['cm' => $cmid], 'id', 'userid, id, highest, units');
}

/** The switch in the settings of an assignment. */
function plagiarism_quadrangle_coursemodule_standard_elements($formwrapper, $mform): void {
    global $DB;
    $current = $formwrapper->get_current();
    $context = context_course::instance($formwrapper->get_course()->id);
    $offered = ($current->modulename ?? '') === 'assign' && get_config('plagiarism_quadrangle', 'enabled');
    if (!$offered || !has_capability('plagiarism/quadrangle:enable', $context)) {
        return;
    }
    $cmid = (int) ($current->coursemodule ?? 0);
    $mform->addElement('header', 'quadrangleheader', get_string('pluginname', 'plagiarism_quadrangle'));
    $mform->addElement('selectyesno', 'quadranglecompare', get_string('compare', 'plagiarism_quadrangle'));
    $mform->addHelpButton('quadranglecompare', 'compare', 'plagiarism_quadrangle');
    $mform->setDefault('quadranglecompare', (int) ($cmid && $DB->record_exists('plagiarism_quadrangle_cms', ['cm' => $cmid])));
}

/** Keeps the switch; where it goes off, what was kept goes too. */
function plagiarism_quadrangle_coursemodule_edit_post_actions($data, $course) {
    global $DB;
    if (!isset($data->quadranglecompare) || !has_capability('plagiarism/quadrangle:enable', context_course::instance($course->id))) {
        return $data;
    }
    $cm = (int) $data->coursemodule;
    if (!$data->quadranglecompare) {
        activity::forget($cm);
    } else if (!$DB->record_exists('plagiarism_quadrangle_cms', ['cm' => $cm])) {
        $DB->insert_record('plagiarism_quadrangle_cms', (object) ['cm' => $cm]);
    }
    return $data;
}
