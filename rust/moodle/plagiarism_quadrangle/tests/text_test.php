<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use PHPUnit\Framework\TestCase;

/** What is compared of a submission, and what is shown of it. */
final class text_test extends TestCase {
    public function test_tags_go_and_entities_are_read(): void {
        $this->assertSame(' caf&eacute;  <b>', text::plain('<p>caf&amp;eacute;</p> &lt;b&gt;', 1));
        $this->assertSame('1 < 2 &amp; <b>', text::plain('1 < 2 &amp; <b>', 2));
        $this->assertSame(' one two', text::plain('<p>one<br>two', 0));
    }

    public function test_what_cannot_be_compared_is_nothing(): void {
        $this->assertSame('', text::plain("\xff", 2));
        $this->assertSame('', text::plain(str_repeat(' ', document::MOST_BYTES + 1), 2));
    }

    public function test_passages_are_whole_characters(): void {
        $this->assertSame('ἀρχὴ', text::passage('ἐν ἀρχὴ ἦν', 6, 16));
        $shown = text::passage(str_repeat('é', 1000), 0, 2000, 20);
        $this->assertSame(str_repeat('é', 10) . ' … ' . str_repeat('é', 10), $shown);
    }

    public function test_every_string_is_there(): void {
        require_once(__DIR__ . '/stand_in/moodle.php');
        $string = [];
        require(__DIR__ . '/../lang/en/plagiarism_quadrangle.php');
        $files = array_merge(glob(__DIR__ . '/../*.php'), glob(__DIR__ . '/../classes/*.php'), glob(__DIR__ . '/../classes/*/*.php'));
        $code = implode('', array_map('file_get_contents', $files));
        preg_match_all("/get_string\\('([\\w:]+)', 'plagiarism_quadrangle'/", $code, $used);
        $this->assertSame([], array_diff($used[1], array_keys($string)));
        $sorted = $string;
        ksort($sorted);
        $this->assertSame(array_keys($sorted), array_keys($string));
    }
}
