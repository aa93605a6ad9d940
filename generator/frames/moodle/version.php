<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$plugin->component = '@component@';
$plugin->version = @date@00;
$plugin->requires = 2023042400; // Moodle 4.2, the first that asks for PHP 8.0.
$plugin->maturity = MATURITY_ALPHA;
$plugin->release = '0.1.0';
