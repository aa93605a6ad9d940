<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The site's numbers, by raw SQL: cron, tasks, upgrade, maintenance, users. Tables and columns are those of Moodle 4.5 to 5.3.
// No Moodle is started: a site that is being upgraded must still be seen.

require __DIR__ . '/metrics.php';
require (getenv('MOODLE_SCRIPTS') ?: '/etc/moodle-scripts') . '/lib.php';

function numbers(PgSql\Connection|mysqli $connection): array {
    $row = static fn(string $sql): array => rows($connection, $sql)[0] ?? [];
    limit_statements($connection, 5);
    $now = time();
    $config = [];
    foreach (rows($connection, "SELECT name, value FROM mdl_config
            WHERE name IN ('version', 'upgraderunning', 'outagelessupgrade', 'maintenance_enabled')") as $each) {
        $config[$each['name']] = $each['value'];
    }
    $cron = $row("SELECT value FROM mdl_config_plugins WHERE plugin = 'tool_task' AND name = 'lastcronstart'");
    $due = "nextruntime <= $now AND timestarted IS NULL AND (attemptsavailable > 0 OR attemptsavailable IS NULL)";
    $adhoc = $row("SELECT count(CASE WHEN $due THEN 1 END) AS due, min(CASE WHEN $due THEN nextruntime END) AS oldest,
        count(CASE WHEN faildelay > 0 THEN 1 END) AS failing FROM mdl_task_adhoc");
    $scheduled = $row('SELECT count(*) AS failing FROM mdl_task_scheduled WHERE disabled = 0 AND faildelay > 0');
    $users = $row('SELECT count(*) AS online FROM mdl_user WHERE deleted = 0 AND lastaccess > ' . ($now - 300));
    $dataroot = getenv('MOODLE_DATAROOT') ?: '/var/moodledata';
    $database = (float) ($config['version'] ?? 0);
    return [
        ['moodle_upgrade_pending', 'Whether this pod\'s code is newer than the database.', $database < code_version()],
        ['moodle_schema_newer', 'Whether the database is newer than this pod\'s code.', $database > code_version()],
        ['moodle_upgrade_running', 'Whether an upgrade says that it runs.', (int) ($config['upgraderunning'] ?? 0) > $now],
        ['moodle_outageless_upgrade', 'Whether the lock of an upgrade without outage is set.', !empty($config['outagelessupgrade'])],
        ['moodle_maintenance', 'Whether users see the maintenance page.',
            !empty($config['maintenance_enabled']) || is_file("$dataroot/climaintenance.html")],
        ['moodle_cron_last_start_timestamp_seconds', 'When cron was last started.', (int) ($cron['value'] ?? 0)],
        ['moodle_scheduled_tasks_failing', 'Scheduled tasks whose last run failed.', (int) $scheduled['failing']],
        ['moodle_adhoc_tasks_due', 'Queued tasks that could run now.', (int) $adhoc['due']],
        ['moodle_adhoc_tasks_oldest_seconds', 'For how long the oldest of them has waited.',
            $adhoc['oldest'] === null ? 0 : $now - (int) $adhoc['oldest']],
        ['moodle_adhoc_tasks_failing', 'Queued tasks whose last run failed.', (int) $adhoc['failing']],
        ['moodle_users_online', 'Users seen in the last five minutes.', (int) $users['online']],
    ];
}

header('Content-Type: text/plain; version=0.0.4');
$numbers = [];
try {
    $connection = connect(3);
    $numbers = has_config_table($connection) ? numbers($connection) : [];
} catch (RuntimeException $error) {
    error_log("no numbers of the site: {$error->getMessage()}");
}
metric('moodle_site_up', 'gauge', 'Whether the database answered and has a Moodle.', (bool) $numbers);
metric('moodle_info', 'gauge', 'What the pod runs.', 1, ['release' => (string) getenv('MOODLE_RELEASE'), 'php' => PHP_VERSION]);
foreach ($numbers as [$name, $help, $value]) {
    metric($name, 'gauge', $help, $value);
}
