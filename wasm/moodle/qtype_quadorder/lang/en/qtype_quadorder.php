<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['add'] = 'Add to the program: {$a}';
$string['distractors'] = 'Lines that do not belong';
$string['distractors_help'] = 'One to a row. They are given out among the lines of the program.';
$string['down'] = 'Move down: {$a}';
$string['errorlines'] = 'The program needs 2 to 40 lines, with those that do not belong.';
$string['help'] = 'Number the lines that belong to the program in their order, from 1. Leave the place of a line empty that does not belong.';
$string['helplive'] = 'Add the lines that belong to the program. On a button of a line the up and down arrow keys move it.';
$string['helpliveindent'] = 'Add the lines that belong to the program. On a button of a line the up and down arrow keys move it, left and right indent it.';
$string['indent'] = 'Indent: {$a}';
$string['indentation'] = 'Lines have to be indented';
$string['indentation_help'] = 'Rows are given out without their indentation, and a line counts only with the right one. A tab, or as many spaces as the least indented row has, is one level.';
$string['indentlabel'] = 'Indentation';
$string['indentof'] = 'Indentation: {$a}';
$string['moved'] = 'Place {$a->place} of {$a->all}: {$a->line}';
$string['movedindent'] = 'Place {$a->place} of {$a->all}, indentation {$a->indent}: {$a->line}';
$string['none'] = 'No line was placed.';
$string['outdent'] = 'Outdent: {$a}';
$string['partialcredit'] = 'Credit for a part';
$string['partialcredit_help'] = 'A part of the mark for the lines that are in order, less one for each line that does not belong. Otherwise all or nothing.';
$string['place'] = 'Place';
$string['placeof'] = 'Place: {$a}';
$string['pluginname'] = 'Code ordering';
$string['pluginname_help'] = 'Lines of code have to be put into order (a Parsons problem).';
$string['pluginnameadding'] = 'Adding a code ordering question';
$string['pluginnameediting'] = 'Editing a code ordering question';
$string['pluginnamesummary'] = 'Lines of code have to be put into order, where wanted with indentation, and without the lines that do not belong.';
$string['privacy:metadata'] = 'Answers are stored by Moodle\'s question engine; this plugin stores nothing of its own about people.';
$string['program'] = 'Your program';
$string['regradelines'] = 'The number of lines is another one.';
$string['remove'] = 'Take out: {$a}';
$string['removed'] = 'Not in the program: {$a}';
$string['rightanswer'] = 'The right program:';
$string['sameplace'] = 'Two lines have the same place.';
$string['solution'] = 'Program';
$string['solution_help'] = 'The right program, one line to a row, indented as it has to be. Empty rows are left out.';
$string['spare'] = 'Lines to choose from';
$string['up'] = 'Move up: {$a}';
