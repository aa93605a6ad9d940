<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Moodle's config.php as the command line has it: the tables are those that a test has left.

require getenv('STAND_IN') . '/../bootstrap.php';
require getenv('STAND_IN') . '/moodle.php';
require getenv('STAND_IN') . '/database.php';

$CFG = (object) ['libdir' => getenv('STAND_IN') . '/lib'];
$DB = new plagiarism_quadrangle\stand_in\database();
[$DB->tables, $settings] = unserialize(file_get_contents(__DIR__ . '/tables'));
