<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$plugin->component = 'qtype_quadgraph';
$plugin->version = 2026112300;
$plugin->requires = 2024042200; // Moodle 4.4, as local_wasmwidgets.
$plugin->dependencies = ['local_wasmwidgets' => 2026112300]; // The pack that makes the points move.
$plugin->maturity = MATURITY_ALPHA;
$plugin->release = '0.1.0';
