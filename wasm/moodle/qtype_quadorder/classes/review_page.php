<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadorder;

use html_writer;

/** A program that is only shown. */
final class review_page {
    /** @param array $given lines with their indentation, in order */
    public static function html(code $code, array $given, bool $indents, string $label): string {
        if (!$given) {
            return html_writer::tag('p', get_string('none', 'qtype_quadorder'));
        }
        $text = html_writer::tag('code', s($code->text($given, $indents)), ['data-text' => '']);
        return html_writer::tag('pre', $text, ['class' => 'qtype_quadorder-program', 'dir' => 'ltr', 'role' => 'group', 'tabindex' => '0', 'aria-label' => $label]);
    }
}
