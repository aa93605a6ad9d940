<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// finish.php: what is left when the new pods serve. Caches are purged, the lock of an upgrade without maintenance is taken off, and a
// closed site opens: for administrators first, then it is looked at and works off what the upgrade queued, then for everybody.

require __DIR__ . '/moodle.php';

$patience = (int) (getenv('FINISH_SECONDS') ?: 1800); // For the promotion, and again for what the upgrade queued.
$service = getenv('FINISH_URL') ?: 'http://moodle';

/** Whether users get the new pods. Argo CD begins this wave when the Rollout is applied, and that may be before its promotion. */
function is_promoted(string $service): bool {
    $context = stream_context_create(['http' => ['timeout' => 10, 'ignore_errors' => true]]);
    return @file_get_contents("$service/readyz", false, $context) === 'ready with ' . setting('MOODLE_RELEASE') . "\n";
}

function is_served(string $service): bool {
    return proc_close(proc_open([PHP_BINARY, __DIR__ . '/smoke.php', $service], [STDIN, STDOUT, STDERR], $pipes)) === 0;
}

if (is_behind() || has_begun() || (!has_lock() && is_pending())) {
    fail('the database waits for an upgrade; its Job comes first');
}
for ($end = time() + $patience; !is_promoted($service); sleep(2)) {
    time() < $end || fail("$service does not serve " . setting('MOODLE_RELEASE') . '; see the Rollout and its AnalysisRun');
}
moodle('purge_caches.php') === 0 || fail('the caches could not be purged');
if (has_lock()) {
    moodle('upgrade.php', ['--unset-ui-upgrade-lock']) === 0 || fail('the lock of the upgrade could not be taken off');
}
if (!has_closed()) {
    succeed(is_file(maintenance_page()) ? 'done; the site was closed before, and who closed it opens it' : 'the site is open');
}
if (is_file(maintenance_page())) { // Else this Job was ended half-way, and goes on.
    moodle('maintenance.php', ['--enableold']) === 0 || fail('the site could not be opened for administrators; it stays closed');
    unlink(maintenance_page()) || fail('the maintenance page cannot be removed; the site stays closed');
}
if (!is_served($service)) {
    moodle('maintenance.php', ['--enable']);
    fail('the new pods do not serve the site, so it is closed again');
}
$status = moodle('adhoc_task.php', ['--execute', '--keep-alive=0'], $patience);
if ($status) {
    echo "what the upgrade queued is not all done (it ended with $status); the workers go on with it\n";
}
moodle('maintenance.php', ['--disable']) === 0 || fail('the site could not be opened');
mark('closed', false);
succeed('the site is open');
