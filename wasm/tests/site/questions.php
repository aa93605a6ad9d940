<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Questions within a page's own form, as a quiz has them. What has been sent is graded by the plugin's PHP, as Moodle would let it.

use local_wasmwidgets\widget;
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

function question(string $html, float $grade): string {
    $sent = isset($_GET['sent']) ? '<p id="grade">' . round($grade, 4) . '</p>' : '';
    return "$sent<form method=\"get\"><input type=\"hidden\" name=\"sent\" value=\"1\">$html<button type=\"submit\" class=\"btn btn-primary\">Check</button></form>";
}
