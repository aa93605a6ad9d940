<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Ends with 1 where the database is on a newer release than the code. Where it does not answer, the pod starts and waits unready.

require __DIR__ . '/lib.php';

try {
    [$database, $code] = [database_version(connect(5)), code_version()];
} catch (RuntimeException $error) {
    fwrite(STDERR, "the database cannot be asked yet: {$error->getMessage()}\n");
    exit(0);
}
if ($database !== null && $database > $code) {
    fwrite(STDERR, sprintf("the database has version %.2F, this image %.2F: older code does not start; restore a backup, or go forward\n", $database, $code));
    exit(1);
}
