<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Questions within a page's own form, as a quiz has them. What has been sent is graded by the plugin's PHP, as Moodle would let it.

use local_wasmwidgets\widget;
use qtype_quadgraph\graph_page;
use qtype_quadgraph\plane;
use qtype_quadgraph\target;
use qtype_quadorder\code;
use qtype_quadorder\grading;
use qtype_quadorder\order_page;

/** Six lines, one of which does not belong; ?plain has no indentation. */
function page_order(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $code = code::of("def fact(n):\n    if n < 2:\n        return 1\n    rest = fact(n - 1)\n    return n * rest", "return n + rest & \"<b>\"");
    $order = [3, 5, 0, 4, 2, 1];
    $indents = !isset($_GET['plain']);
    $texts = array_map(static fn(int $line): string => $code->lines[$line][0], $order);
    $html = (new order_page($texts, $_GET, static fn(string $name): string => $name, $indents))->html(widget::id('order'));
    $grade = (new grading(true, $indents))->grade($code->answer(), $code->graded($code->given($order, $_GET)));
    return question($html . ($indents ? '' : '<input type="hidden" name="plain" value="1">'), $grade);
}

/** Three points, or by ?kind= a line or a number. */
function page_graph(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $kind = in_array($_GET['kind'] ?? '', target::KINDS, true) ? $_GET['kind'] : 'points';
    $solutions = ['points' => "1, 2\n-3, -1.5\n4, -4", 'line' => "0, 1\n4, 3", 'number' => '9.81'];
    $settings = ['kind' => $kind, 'solution' => $solutions[$kind], 'tolerance' => 0.1, 'units' => 'm/s², m/s, m', 'xmin' => -5, 'xmax' => 5,
        'ymin' => -5, 'ymax' => 5, 'step' => 0.5, 'partialcredit' => 1];
    $target = target::of($settings);
    $html = (new graph_page($target, plane::of($settings), $_GET, static fn(string $name): string => $name))->html(widget::id('graph'));
    return question($html . '<input type="hidden" name="kind" value="' . $kind . '">', $target->grade($_GET));
}

function question(string $html, float $grade): string {
    $sent = isset($_GET['sent']) ? '<p id="grade">' . round($grade, 4) . '</p>' : '';
    return "$sent<form method=\"get\"><input type=\"hidden\" name=\"sent\" value=\"1\">$html<button type=\"submit\" class=\"btn btn-primary\">Check</button></form>";
}
