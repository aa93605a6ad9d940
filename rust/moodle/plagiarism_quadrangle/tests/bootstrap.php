<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The plugin's classes without Moodle: these tests need PHPUnit alone.

spl_autoload_register(static function (string $class): void {
    $name = str_replace('plagiarism_quadrangle\\', '', $class, $ours);
    if ($ours) {
        require __DIR__ . (str_starts_with($name, 'random_') ? "/$name.php" : '/../classes/' . strtr($name, '\\', '/') . '.php');
    }
});

// PHP only warns of an extension that it cannot load, and the tests that need it would be skipped.
if (getenv('PLAGIARISM_DETECTOR') && !extension_loaded('plagiarism_detector')) {
    throw new RuntimeException('PHP has not loaded ' . getenv('PLAGIARISM_DETECTOR'));
}
