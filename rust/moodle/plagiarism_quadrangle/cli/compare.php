<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Compares a text from elsewhere (a source, last year's, a model answer) with those of an assignment and writes CSV: whose has how much in
// common with it. The texts are those that the task has read last. Exit status: 0 none, 1 some have, 2 not compared. It changes nothing.

define('CLI_SCRIPT', true);
require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use plagiarism_quadrangle\activity;

[$options, $unknown] = cli_get_params(['cm' => 0, 'file' => '', 'help' => false], ['h' => 'help']);
if ($options['help'] || $unknown || !$options['cm'] || !$options['file']) {
    cli_write("php plagiarism/quadrangle/cli/compare.php --cm=COURSEMODULE --file=TEXT\n");
    exit($options['help'] ? 0 : 2);
}
$cm = (int) $options['cm'];
$text = is_readable($options['file']) ? file_get_contents($options['file']) : false;
$module = $DB->get_record('course_modules', ['id' => $cm], 'id, instance');
if ($text === false || !$module || !$DB->record_exists('plagiarism_quadrangle_cms', ['cm' => $cm])) {
    cli_problem($text === false ? "cannot read {$options['file']}" : "the texts of course module $cm are not compared");
    exit(2);
}

$settings = get_config('plagiarism_quadrangle');
[$k, $w, $least] = [(int) ($settings->k ?? 25), (int) ($settings->w ?? 20), (int) ($settings->least ?? 3)];
try {
    $found = (new activity($cm, (int) $module->instance, $k, $w, $least))->look_up($text);
} catch (ValueError $error) {
    cli_problem($error->getMessage());
    exit(2);
}
cli_writeln('userid,submission,percent,otherpercent,shared');
foreach ($found as $row) {
    cli_writeln(implode(',', $row));
}
exit($found ? 1 : 0);
