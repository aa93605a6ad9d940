<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use PHPUnit\Framework\TestCase;

/** The vectors that the widgets' Rust is held to as well. */
final class vectors_test extends TestCase {
    private static function vectors(string $name): array {
        return json_decode(file_get_contents(dirname(__DIR__, 3) . "/crates/widget-core/vectors/$name.json"), true, 16, JSON_THROW_ON_ERROR);
    }

    public function test_numbers_are_written_the_same(): void {
        foreach (self::vectors('number') as [$number, $text]) {
            $this->assertSame($text, number::of((float) $number));
        }
    }

    public function test_the_review_shows_the_same(): void {
        ['questions' => $given, 'cases' => $cases] = self::vectors('review');
        $questions = [];
        foreach ($given as $index => [$state, $flagged]) {
            $state = $state === 'essay' ? 'ungraded' : $state; // The plugin names the state of each question.
            $questions[] = ['number' => (string) $index, 'state' => $state, 'mark' => '', 'flagged' => $flagged, 'target' => '', 'url' => ''];
        }
        foreach ($cases as ['filter' => $filter, 'shown' => $shown]) {
            $html = (new review_page($questions, $filter, []))->html();
            preg_match_all('/<tr><th scope="row"><a href="">Question (\d)/', $html, $found);
            $this->assertSame($shown, array_map('intval', $found[1]), $filter);
        }
    }
}
