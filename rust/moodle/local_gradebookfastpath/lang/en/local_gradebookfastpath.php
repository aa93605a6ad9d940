<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['computed'] = 'Computed';
$string['gradebookfastpath:view'] = 'View recomputed course totals';
$string['native'] = 'Computed by the extension gradebook_fastpath.';
$string['needsupdate'] = 'Moodle has grades of this course to recalculate; until it has, differences are no faults.';
$string['nodifference'] = 'All stored totals are what the gradebook gives.';
$string['plain'] = 'Computed in plain PHP; the extension gradebook_fastpath is not loaded.';
$string['pluginname'] = 'Gradebook totals check';
$string['preview'] = 'Preview all totals';
$string['privacy:metadata'] = 'The gradebook totals check reads grades and stores nothing.';
$string['stored'] = 'Stored';
$string['total'] = 'Total';
$string['verify'] = 'Only totals that differ';
