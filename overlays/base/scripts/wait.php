<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Cron and ad-hoc workers wait here until database and code are of one version and the site is not in maintenance.
// --once looks a single time: exit 0 to go on, 1 to wait.

require __DIR__ . '/lib.php';

$once = in_array('--once', $argv, true);
$dataroot = getenv('MOODLE_DATAROOT') ?: '/var/moodledata';
$said = '';
while (true) {
    try {
        $code = code_version();
        $database = database_version(connect());
        $reason = match (true) {
            $database === null => 'Moodle is not installed yet',
            $database !== $code => sprintf('the database has version %.2F and the code %.2F', $database, $code),
            is_file("$dataroot/climaintenance.html") => 'the site is in maintenance',
            default => '',
        };
    } catch (RuntimeException $error) {
        $reason = $error->getMessage();
    }
    if ($reason === '') {
        exit(0);
    }
    if ($reason !== $said) {
        fwrite(STDERR, "waiting: $reason\n");
        $said = $reason;
    }
    if ($once) {
        exit(1);
    }
    sleep(5);
}
