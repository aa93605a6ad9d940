<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// upgrade.php enter|closed|open: closes the site for an upgrade; upgrades it while it is closed; upgrades it while users work, where
// versions rise and no schema changes. Each does nothing where the database has the code's versions already.

require __DIR__ . '/moodle.php';

$step = $argv[1] ?? '';
if (!in_array($step, ['enter', 'closed', 'open'], true)) {
    fail('usage: upgrade.php enter|closed|open');
}
if (!is_pending()) {
    succeed('the database has the versions of the code already; nothing to do');
}
if ($step === 'enter') {
    mark('upgrade', true); // From now on no pod of this release is ready until the upgrade is done.
    is_file(maintenance_page()) || mark('closed', true); // Who had closed it before opens it.
    moodle('maintenance.php', ['--enable']) === 0 || fail('the site could not be closed; nothing has been changed');
    succeed('the site is closed');
}
if ($step === 'closed') {
    is_file(maintenance_page()) || fail('the site is open, and this upgrade changes the schema; nothing has been changed');
    if (moodle('upgrade.php', ['--non-interactive'])) {
        fail('the upgrade broke off. The site stays closed; `quad upgrade --abort` prepares the way back, a restore');
    }
    moodle('purge_caches.php') === 0 || fail('the database is upgraded, but the caches could not be purged; the site stays closed');
    mark('upgrade', false);
    succeed('upgraded; the site is closed until the new pods serve it');
}
mark('upgrade', true);
if (moodle('upgrade.php', ['--non-interactive', '--no-maintenance', '--set-ui-upgrade-lock'])) {
    moodle('upgrade.php', ['--unset-ui-upgrade-lock']); // Left set, every pod would say that there is nothing to upgrade.
    fail('the upgrade broke off. No schema was changed: the old pods go on serving');
}
mark('upgrade', false);
succeed('upgraded; the old pods serve until the new ones do');
