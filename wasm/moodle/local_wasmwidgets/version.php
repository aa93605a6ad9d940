<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$plugin->component = 'local_wasmwidgets';
$plugin->version = 2026112300;
$plugin->requires = 2024042200; // Moodle 4.4, the first with hooks into a page's output.
$plugin->dependencies = ['local_gradebookfastpath' => 2026112200]; // Computes the grade preview where no browser does.
$plugin->maturity = MATURITY_ALPHA;
$plugin->release = '0.1.0';
