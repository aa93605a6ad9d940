<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** What was written, without its form: the places in a report are places in this. */
final class text {
    /** As Moodle numbers them: these have no tags. */
    private const FORMAT_PLAIN = 2;
    private const FORMAT_MARKDOWN = 4;

    /** The text of a submission; none of one that is too long or, by whatever way it came, not UTF-8. */
    public static function plain(string $text, int $format): string {
        if (!in_array($format, [self::FORMAT_PLAIN, self::FORMAT_MARKDOWN], true)) {
            $text = html_entity_decode(strip_tags(str_replace('<', ' <', $text)), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        }
        return strlen($text) <= document::MOST_BYTES && preg_match('//u', $text) ? $text : '';
    }

    /** A passage by its bytes, shortened in the middle of a long one. */
    public static function passage(string $text, int $start, int $end, int $most = 300): string {
        $passage = substr($text, $start, $end - $start);
        if (strlen($passage) <= $most) {
            return $passage;
        }
        $half = intdiv($most, 2);
        preg_match("/^(?:.{0,$half})/us", $passage, $first);
        preg_match("/(?:.{0,$half})\\z/us", $passage, $last);
        return $first[0] . ' … ' . $last[0];
    }
}
