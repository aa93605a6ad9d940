<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What one site may ask of a database and of task runners that it shares. Settings of Moodle 4.5 to 5.3.
$CFG->task_scheduled_concurrency_limit = (int) getenv('MOODLE_SCHEDULED_TASKS');
$CFG->task_adhoc_concurrency_limit = (int) getenv('MOODLE_ADHOC_TASKS');

// Web requests only: an upgrade, cron or a backup may need hours for one statement. libpq takes the options from its environment,
// but Moodle sends options of its own unless it is told that the database handles them; so these two are among ours.
if (PHP_SAPI === 'fpm-fcgi') {
    putenv('PGOPTIONS=' . implode(' ', [
        '-c client_encoding=UTF8',
        '-c standard_conforming_strings=on',
        '-c statement_timeout=' . (int) getenv('MOODLE_DB_STATEMENT_SECONDS') . 's',
        '-c idle_in_transaction_session_timeout=' . (int) getenv('MOODLE_DB_IDLE_SECONDS') . 's',
    ]));
    $CFG->dboptions['dbhandlesoptions'] = true;
}
