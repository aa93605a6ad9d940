<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['erroranswers'] = 'Points: 1 to 12 rows of two numbers. A line: two different points. A number: one number.';
$string['errorplane'] = 'The grid needs a step above 0, and 1 to 100 steps each way.';
$string['errortolerance'] = 'A number from 0.';
$string['grid'] = 'Grid from {$a->from} to {$a->to}';
$string['helpline'] = 'Give two points of the straight line.';
$string['helplive'] = 'Press a place of the grid, or move a point by the arrow keys, with Shift by five steps.';
$string['helppoints'] = 'Give the points.';
$string['kind'] = 'Asked for';
$string['kindline'] = 'A straight line';
$string['kindnumber'] = 'A number';
$string['kindpoints'] = 'Points';
$string['none'] = 'No answer was given.';
$string['number'] = 'Number';
$string['partialcredit'] = 'Credit for a part';
$string['partialcredit_help'] = 'Points: a part for those that are right, less the wrong ones. A number: half where only the unit is wrong. A line is always all or nothing.';
$string['placed'] = 'Point {$a->point} is at ({$a->x}, {$a->y}).';
$string['pluginname'] = 'Graph';
$string['pluginname_help'] = 'Points or a straight line have to be put on a grid, or a number with its unit given.';
$string['pluginnameadding'] = 'Adding a graph question';
$string['pluginnameediting'] = 'Editing a graph question';
$string['pluginnamesummary'] = 'Points or a straight line have to be put on a grid, or a number with its unit given, within a tolerance.';
$string['point'] = 'Point {$a}';
$string['pointx'] = 'Point {$a}: x';
$string['pointy'] = 'Point {$a}: y';
$string['privacy:metadata'] = 'Answers are stored by Moodle\'s question engine; this plugin stores nothing of its own about people.';
$string['regradefields'] = 'It asks for something else, or for another number of points.';
$string['rightanswer'] = 'The right answer: {$a}';
$string['solution'] = 'Answer';
$string['solution_help'] = 'Points: one to a row, as 2, -1.5. A line: two points of it, far apart. A number: the number alone. Decimals have a point.';
$string['step'] = 'Step of the grid';
$string['take'] = 'Move point {$a} on the grid';
$string['takeshort'] = 'On the grid';
$string['tolerance'] = 'Tolerance';
$string['tolerance_help'] = 'Points and numbers: how far each coordinate or the number may be off. A line: how far it may pass by the two points of the answer.';
$string['unfinished'] = 'A point needs two numbers.';
$string['unit'] = 'Unit';
$string['units'] = 'Units';
$string['units_help'] = 'With a number: units to choose from, between commas, the right one first. They are shown in alphabetical order. Empty where there is none.';
$string['xmax'] = 'Largest x';
$string['xmin'] = 'Smallest x';
$string['ymax'] = 'Largest y';
$string['ymin'] = 'Smallest y';
