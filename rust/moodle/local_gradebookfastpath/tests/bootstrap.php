<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The plugin's classes without Moodle: these tests need PHPUnit alone.

spl_autoload_register(static function (string $class): void {
    $name = str_replace('local_gradebookfastpath\\', '', $class, $ours);
    if ($ours) {
        require __DIR__ . (str_starts_with($name, 'random_') ? "/$name.php" : "/../classes/$name.php");
    }
});

// PHP only warns of an extension that it cannot load, and the tests that need it would be skipped.
if (getenv('GRADEBOOK_FASTPATH') && !extension_loaded('gradebook_fastpath')) {
    throw new RuntimeException('PHP has not loaded ' . getenv('GRADEBOOK_FASTPATH'));
}
