<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use PHPUnit\Framework\TestCase;

/** What the code asks for by name is there. */
final class strings_test extends TestCase {
    public function test_no_string_is_missing_or_idle(): void {
        $string = [];
        require dirname(__DIR__) . '/lang/en/local_wasmwidgets.php';
        $this->assertSame([], array_diff(array_keys($string), $this->words()), 'idle');
        preg_match_all("/get_string\('(\w+)', 'local_wasmwidgets'/", $this->code(), $asked);
        $this->assertSame([], array_diff($asked[1], array_keys($string)), 'missing');
    }

    /** All words between quotes in the code, and what is put together from them. */
    private function words(): array {
        preg_match_all("/'([\w:\/]+)'/", $this->code(), $found);
        $words = [...$found[1], 'pluginname', 'privacy:metadata', 'wasmwidgets:gradepreview'];
        foreach (gradepreview::METHODS as $code) {
            $words[] = "method$code";
        }
        foreach (review_page::FILTERS as $filter) {
            array_push($words, "show$filter", "state$filter");
        }
        return [...$words, ...array_map(static fn(string $word): string => "{$word}_desc", $found[1])];
    }

    private function code(): string {
        $root = dirname(__DIR__);
        return implode('', array_map('file_get_contents', [...glob("$root/*.php"), ...glob("$root/classes/*.php")]));
    }
}
