<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// One function a page, each with the widget's own HTML in it.

use local_wasmwidgets\gradepreview_page;

function page_gradepreview(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $GLOBALS['decsep'] = $GLOBALS['language'] === 'xx' ? ',' : '.';
    $sample = sample_gradebook();
    $shown = isset($_GET['aggregation']) ? $sample->with($_GET) : $sample;
    return (new gradepreview_page($shown, ['id' => 5]))->html();
}
