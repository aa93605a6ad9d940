<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Installs Moodle once. Raw SQL decides: done before, begun and broken off, or to be done. Moodle's own installer then runs inside
// this process, so that the administrator's password stands on no command line.

require __DIR__ . '/lib.php';

set_exception_handler(static function (Throwable $error): never { // Moodle's installer sets its own.
    echo "failed: {$error->getMessage()}\n";
    exit(1);
});

$connection = connect(10);
if (database_config($connection, 'rolesactive') === '1') {
    echo "installed already; nothing to do\n";
    exit(0);
}
if (has_config_table($connection)) {
    echo "an installation was begun here and not finished. Nobody has used this site yet: empty the database, delete this Job, sync again\n";
    exit(1);
}
unset($connection);

$_SERVER['argv'] = $argv = [
    'install_database.php',
    '--agree-license',
    '--lang=' . setting('MOODLE_LANGUAGE'),
    '--fullname=' . setting('MOODLE_FULL_NAME'),
    '--shortname=' . setting('MOODLE_SHORT_NAME'),
    '--adminuser=admin',
    '--adminpass=' . secret('moodle/admin-password'),
    '--adminemail=' . setting('MOODLE_ADMIN_EMAIL'),
    '--supportemail=' . setting('MOODLE_SUPPORT_EMAIL'),
];
$_SERVER['argc'] = $argc = count($argv);

// The installer ends the process itself: what follows it waits for the end.
register_shutdown_function(static function (): void {
    if (database_config(connect(10), 'rolesactive') !== '1') {
        exit(1);
    }
    $command = [PHP_BINARY, setting('MOODLE_CODE_ROOT') . '/admin/cli/cfg.php', '--name=timezone', '--set=' . setting('MOODLE_TIMEZONE')];
    $status = proc_close(proc_open($command, [STDIN, STDOUT, STDERR], $pipes));
    echo $status === 0 ? "installed\n" : "installed, but the time zone could not be set\n";
});

chdir(setting('MOODLE_CODE_ROOT') . '/admin/cli');
require setting('MOODLE_CODE_ROOT') . '/admin/cli/install_database.php';
