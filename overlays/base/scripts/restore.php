<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// restore.php enter|restored: closes the site before a restore, whatever state it is in; sees after it that the database is the one that
// was asked for and of the code's release, and leaves the opening to finish.php. Each does no harm a second time.

require __DIR__ . '/moodle.php';

/** Whether moodle-backup has recorded this restore, in the transaction that filled the database. */
function is_restored(): bool {
    $connection = connect(10);
    if (rows($connection, "SELECT to_regclass('moodle_backup.restores') AS known")[0]['known'] === null) {
        return false;
    }
    return (bool) rows($connection, 'SELECT 1 FROM moodle_backup.restores WHERE id = ?', [setting('BACKUP_RESTORE_ID')]);
}

/** As Moodle does it, without Moodle: what is to be restored may not run any more. */
function close(): void {
    $words = 'This site is being restored from its backup. Please come back later.';
    $page = "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Maintenance</title></head><body><p>$words</p></body></html>\n";
    $beside = maintenance_page() . '.' . getmypid();
    if (@file_put_contents($beside, $page) === false || !@rename($beside, maintenance_page())) {
        fail('moodledata cannot be written, so the site is open; nothing has been changed');
    }
}

$step = $argv[1] ?? '';
if (!in_array($step, ['enter', 'restored'], true)) {
    fail('usage: restore.php enter|restored');
}
if ($step === 'enter') {
    try {
        is_restored() && succeed('restored already; nothing to do');
    } catch (RuntimeException $error) {
        echo "the database cannot be asked: {$error->getMessage()}\n";
    }
    is_file(maintenance_page()) && succeed('the site is closed already');
    close();
    succeed('the site is closed');
}
is_restored() || fail('this restore is not done; its Job comes first');
if (is_behind()) {
    fail('the backup is of an older release than the code, so the site stays closed; `quad restore --release` takes its release back too');
}
foreach (['upgrade' => false, 'closed' => true] as $name => $on) { // A dump before an upgrade has its marks; by the second this release opens.
    mark($name, $on);
}
moodle('kill_all_sessions.php') === 0 || fail('the sessions of before could not be ended; the site stays closed');
succeed('restored; the site is closed until it has been looked at');
