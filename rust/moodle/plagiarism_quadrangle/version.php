<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$plugin->component = 'plagiarism_quadrangle';
$plugin->version = 2026112301;
$plugin->requires = 2023042400; // Moodle 4.2, the first that asks for PHP 8.0.
$plugin->maturity = MATURITY_ALPHA;
$plugin->release = '0.2.0';
$plugin->dependencies = ['assignsubmission_onlinetext' => ANY_VERSION];
