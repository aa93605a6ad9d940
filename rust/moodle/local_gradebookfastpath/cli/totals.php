<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Recomputes all totals of a course and writes CSV: those that differ from the stored ones or, with --preview, all of them.
// Exit status: 0 none differs, 1 some do, 2 wrong command line. It changes nothing.

define('CLI_SCRIPT', true);
require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

use local_gradebookfastpath\engine;
use local_gradebookfastpath\loader;

[$options, $unknown] = cli_get_params(['course' => 0, 'preview' => false, 'help' => false], ['h' => 'help']);
if ($options['help'] || $unknown || !$options['course']) {
    cli_write("php local/gradebookfastpath/cli/totals.php --course=ID [--preview]\n");
    exit($options['help'] ? 0 : 2);
}
if (!$DB->record_exists('course', ['id' => $options['course']])) {
    cli_problem("no course has the id {$options['course']}");
    exit(2);
}

$totals = loader::totals((int) $options['course']);
$differ = 0;
cli_writeln('itemid,userid,stored,computed');
foreach ($totals->all() as $total) {
    $isother = $total['stored'] !== $total['computed'];
    $differ += (int) $isother;
    if ($isother || $options['preview']) {
        cli_writeln(implode(',', $total));
    }
}
$how = engine::is_native() ? 'the extension' : 'plain PHP';
fwrite(STDERR, "$differ totals differ from the stored ones; computed by $how\n");
exit($differ ? 1 : 0);
