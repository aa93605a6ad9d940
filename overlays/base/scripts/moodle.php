<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What the steps of an upgrade share: Moodle's own programs, and what the database and the files say of an upgrade.

require __DIR__ . '/lib.php';

/** Runs a program of admin/cli and says how it ended; after so many seconds it is asked to end, and 124 is the answer. */
function moodle(string $program, array $arguments = [], int $seconds = 0): int {
    $code = setting('MOODLE_CODE_ROOT');
    echo '+ ', implode(' ', ["admin/cli/$program", ...$arguments]), "\n";
    $process = proc_open([PHP_BINARY, "$code/admin/cli/$program", ...$arguments], [STDIN, STDOUT, STDERR], $pipes, $code);
    for ($end = time() + $seconds; ($status = proc_get_status($process))['running']; usleep(100_000)) {
        if ($seconds && time() >= $end) {
            proc_terminate($process);
            proc_close($process);
            return 124;
        }
    }
    return $status['exitcode'];
}

/** Whether the database has older versions than this code, or Moodle was broken off on the way to them. */
function is_pending(): bool {
    if (is_behind() || has_begun() || has_lock()) {
        return true;
    }
    $status = moodle('upgrade.php', ['--is-pending']);
    if ($status !== 0 && $status !== 2) {
        throw new RuntimeException("Moodle cannot say whether an upgrade is pending: it ended with $status");
    }
    return $status === 2;
}

/** Whether Moodle's own version in the database is lower than the code's, by raw SQL: no Moodle is asked. */
function is_behind(): bool {
    [$database, $code] = [database_version(connect(10)), code_version()];
    if ($database === null) {
        throw new RuntimeException('Moodle is not installed here: the database has no version');
    }
    if ($database > $code) {
        throw new RuntimeException(sprintf('the database has version %.2F, and the code only %.2F: nothing goes back but a restore', $database, $code));
    }
    return $database < $code;
}

/** Whether an upgrade to this release has begun and is not done; what this release has closed is marked alike. */
function has_begun(): bool {
    return upgrade_begun(connect(10)) === setting('MOODLE_RELEASE');
}

/** Whether an upgrade to this release has closed the site, and not opened it yet. */
function has_closed(): bool {
    return database_config(connect(10), 'quadrangle_closed') === setting('MOODLE_RELEASE');
}

/** Marks in the database what this release has begun; by raw SQL, for Moodle may be in any state. */
function mark(string $name, bool $on): void {
    $connection = connect(10);
    rows($connection, 'DELETE FROM mdl_config WHERE name = ?', ["quadrangle_$name"]);
    if ($on) {
        rows($connection, 'INSERT INTO mdl_config (name, value) VALUES (?, ?)', ["quadrangle_$name", setting('MOODLE_RELEASE')]);
    }
}

/** Whether an upgrade without maintenance keeps the other pods from upgrading too (--set-ui-upgrade-lock). */
function has_lock(): bool {
    return !in_array(database_config(connect(10), 'outagelessupgrade'), [null, '', '0'], true);
}

function maintenance_page(): string {
    return (getenv('MOODLE_DATAROOT') ?: '/var/moodledata') . '/climaintenance.html';
}

function succeed(string $words): never {
    echo "$words\n";
    exit(0);
}

function fail(string $words): never {
    echo "failed: $words\n";
    exit(1);
}

set_exception_handler(static fn(Throwable $error) => fail($error->getMessage()));
