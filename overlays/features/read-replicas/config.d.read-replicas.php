<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. dboptions.readonly of Moodle 4.5 to 5.3 (config-dist.php): user, password and port are the
// primary's. Transactions, writes, and tables written a moment ago go to the primary by themselves. An installation or an upgrade is
// never a web request of PHP-FPM, and reads from the primary alone unless tasks may do otherwise.
if (PHP_SAPI === 'fpm-fcgi' || (getenv('MOODLE_READ_TASKS') === 'true' && in_array(basename($_SERVER['argv'][0] ?? ''), ['cron.php', 'adhoc_task.php'], true))) {
    $CFG->dboptions['readonly'] = [
        'instance' => [getenv('MOODLE_READ_HOST')],
        'connecttimeout' => (int) getenv('MOODLE_READ_CONNECT_SECONDS'),
        'latency' => (int) getenv('MOODLE_READ_LATENCY') / 1000,
    ];
}
