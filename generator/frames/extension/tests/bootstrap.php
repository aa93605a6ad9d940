<?php
// SPDX-License-Identifier: GPL-3.0-or-later

require __DIR__ . '/plain.php';

// PHP only warns of an extension that it cannot load, and the tests that need it would be skipped.
if (getenv('EXTENSION') && !extension_loaded('@name@')) {
    throw new RuntimeException('PHP has not loaded ' . getenv('EXTENSION'));
}
