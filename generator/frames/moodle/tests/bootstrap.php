<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The plugin's classes without Moodle: these tests need PHPUnit alone.

spl_autoload_register(static function (string $class): void {
    $name = str_replace('@component@\\', '', $class, $ours);
    if ($ours) {
        require __DIR__ . '/../classes/' . strtr($name, '\\', '/') . '.php';
    }
});
