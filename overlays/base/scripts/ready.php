<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Readiness: PHP answers, the database answers, and its schema is at least the code's. Old pods so keep serving while an upgrade
// runs, and new ones wait for it. Says nothing about maintenance: users shall see that page.

require __DIR__ . '/lib.php';

header('Content-Type: text/plain');
try {
    $code = code_version();
    $connection = connect(3);
    $database = database_version($connection);
    $message = match (true) {
        $database === null => 'not installed: the database has no version',
        $database < $code => sprintf('the database has %.2F, the code waits for %.2F', $database, $code),
        upgrade_begun($connection) === setting('MOODLE_RELEASE') => 'the upgrade to this release has begun and is not done',
        default => null,
    };
} catch (RuntimeException $error) {
    $message = $error->getMessage();
    error_log("not ready: $message");
    $message = 'not ready; the reason is in the log'; // A database's message may name hosts and users.
}
if ($message !== null) {
    http_response_code(503);
}
echo $message ?? 'ready with ' . setting('MOODLE_RELEASE'), "\n"; // By this finish.php knows who serves.
