<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What the pages show.

use local_wasmwidgets\gradepreview;

const NAMES = ['Ada Lovelace', 'Alan Turing', 'Annie Easley', 'Barbara Liskov', 'Donald Knuth', 'Edsger Dijkstra', 'Frances Allen', 'Grace Hopper',
    'Jean Bartik', 'Katherine Johnson', 'Margaret Hamilton', 'Radia Perlman', '<b>Bobby</b> "Tables"'];
const ITEMS = ['Essay' => 100, 'Laboratory' => 20, 'Midterm examination' => 50, 'Final examination' => 100, 'Forum & wiki' => 10];

/** A category of five items, natural weighting, with empty and excluded grades, and a total that is overridden. */
function sample_gradebook(): gradepreview {
    $items = $students = [];
    foreach (array_keys(ITEMS) as $index => $name) {
        $items[] = ['id' => 11 + $index, 'name' => $name, 'itemtype' => 'mod', 'grademin' => 0.0, 'grademax' => (float) ITEMS[$name],
            'aggregationcoef' => 0.0, 'aggregationcoef2' => ITEMS[$name] / array_sum(ITEMS), 'weightoverride' => 0, 'extraweight' => $index === 2 ? 1.5 : 1.0];
    }
    foreach (NAMES as $row => $name) {
        $grades = $excluded = [];
        foreach ($items as $column => $item) {
            $seed = ($row * 37 + $column * 53 + $row * $column * 11) % 101;
            $grades[] = $seed % 13 === 5 ? null : round($item['grademax'] * (40 + $seed * 0.59) / 100, 2);
            $excluded[] = $seed % 29 === 3;
        }
        $students[] = ['name' => $name, 'total' => null, 'kept' => false, 'grades' => $grades, 'excluded' => $excluded];
    }
    $category = ['aggregation' => 13, 'aggregateonlygraded' => 1, 'droplow' => 0, 'keephigh' => 0, 'gradetype' => 1,
        'grademin' => 0.0, 'grademax' => 280.0, 'maxfactor' => 1.0, 'oldextracredit' => 0];
    $sample = new gradepreview($category, $items, $students);
    foreach ($sample->totals() as $row => $total) {
        $sample->students[$row]['total'] = $total === null ? null : round($total, 5);
    }
    $sample->students[4] = ['total' => 200.0, 'kept' => true] + $sample->students[4];
    return $sample;
}
