<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by preflight.php: PHP only warns of an extension that it cannot load, and the site would run without it.

return [
    'PHP extensions' => static function (): string {
        preg_match_all('~/etc/moodle-extensions/(\w+)/True~', setting('PHP_INI_SCAN_DIR'), $wanted);
        $missing = array_filter($wanted[1], static fn(string $name): bool => !extension_loaded($name));
        if ($missing) {
            throw new RuntimeException('PHP has not loaded ' . implode(', ', $missing) . '; does the image have them, for this very version of PHP?');
        }
        return $wanted[1] ? implode(', ', $wanted[1]) : 'none wanted';
    },
];
