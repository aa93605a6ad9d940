<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// One function a page, each with the widget's own HTML in it.

use local_wasmwidgets\gradepreview_page;
use local_wasmwidgets\review_page;
use local_wasmwidgets\timer_page;

function page_gradepreview(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $GLOBALS['decsep'] = $GLOBALS['language'] === 'xx' ? ',' : '.';
    $sample = sample_gradebook();
    $shown = isset($_GET['aggregation']) ? $sample->with($_GET) : $sample;
    return (new gradepreview_page($shown, ['id' => 5]))->html();
}

/** Half an hour and five seconds, or ?left= seconds; ?moved= seconds when the server is asked. The site's clock is five minutes behind this machine's. */
function page_timer(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $now = site_time();
    $end = $now + (float) ($_GET['left'] ?? 1805);
    $clock = '/clock?' . http_build_query(['end' => isset($_GET['moved']) ? $now + $_GET['moved'] : $end]);
    return (new timer_page($now, $end, gmdate('H:i', (int) $end), $clock))->html();
}

function site_time(): float {
    return microtime(true) - 300;
}

/** A review of eight questions, and the questions themselves as Moodle's page has them. */
function page_review(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $states = ['correct', 'partial', 'incorrect', 'unanswered', 'ungraded', 'correct', 'incorrect', 'correct'];
    $questions = $bodies = [];
    foreach ($states as $index => $state) {
        $number = (string) ($index + 1);
        $target = "question-7-$number";
        $mark = $state === 'ungraded' ? '– / 1.00' : ($state === 'correct' ? '1.00' : ($state === 'partial' ? '0.50' : '0.00')) . ' / 1.00';
        $questions[] = ['number' => $number, 'state' => $state, 'mark' => $mark, 'flagged' => $index % 3 === 1, 'target' => $target,
            'url' => "#$target"];
        $bodies[] = "<div class=\"que card mb-3\" id=\"$target\"><div class=\"card-body\"><h2 class=\"h5\">Question $number</h2><p>What is asked.</p></div></div>";
    }
    return (new review_page($questions, $_GET['show'] ?? 'all', ['attempt' => 7]))->html() . implode('', $bodies);
}
