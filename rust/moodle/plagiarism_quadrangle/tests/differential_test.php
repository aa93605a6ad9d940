<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use PHPUnit\Framework\TestCase;
use ValueError;

/** The extension and plain PHP give the same bytes. */
final class differential_test extends TestCase {
    private const BATCHES = 1500;

    protected function setUp(): void {
        if (!engine::is_native()) {
            $this->markTestSkipped('the extension plagiarism_detector is not loaded');
        }
    }

    public function test_fingerprints_and_reports_are_the_same(): void {
        $fingerprints = $pairs = 0;
        for ($seed = 0; $seed < self::BATCHES; $seed++) {
            $random = new random_texts($seed);
            $documents = plagiarism_detector_fingerprint($random->texts, $random->k, $random->w);
            $this->same(plain::fingerprint($random->texts, $random->k, $random->w), $documents, "seed $seed");
            $ignored = $seed % 3 || !$documents ? null : $documents[0];
            $arguments = [$documents, mt_rand(1, 3), mt_rand(1, 9), $ignored];
            $report = plagiarism_detector_report(...$arguments);
            $this->same(plain::report(...$arguments), $report, "seed $seed");
            $fingerprints += array_sum(array_map('strlen', $documents));
            $pairs += $report['found'];
        }
        $this->assertGreaterThan(self::BATCHES / 2, $pairs);
        $this->assertGreaterThan(self::BATCHES * 1000, $fingerprints);
    }

    public function test_comparisons_are_the_same(): void {
        for ($seed = 0; $seed < self::BATCHES; $seed++) {
            $random = new random_texts($seed);
            $documents = plagiarism_detector_fingerprint($random->texts, $random->k, $random->w);
            foreach (array_slice($documents, 0, 2) as $document) {
                $arguments = [$document, $documents, $seed % 3 ? null : $documents[count($documents) - 1]];
                $this->same(plain::compare(...$arguments), plagiarism_detector_compare(...$arguments), "seed $seed");
            }
        }
    }

    public function test_every_character_is_read_alike(): void {
        for ($first = 0; $first < 0x110000; $first += 0x1000) {
            $texts = [];
            foreach (array_diff(range($first, $first + 0xfff), range(0xd800, 0xdfff)) as $code) {
                $texts[$code >> 4] = ($texts[$code >> 4] ?? '') . 'a' . random_texts::character($code);
            }
            $found = array_map('bin2hex', plagiarism_detector_fingerprint($texts, 5, 4));
            $this->assertSame(array_map('bin2hex', plain::fingerprint($texts, 5, 4)), $found, dechex($first));
        }
    }

    public function test_what_is_wrong_is_refused_with_the_same_words(): void {
        $refused = 0;
        for ($seed = 0; $seed < self::BATCHES; $seed++) {
            $random = new random_texts($seed);
            $documents = plagiarism_detector_fingerprint($random->texts, 5, 4);
            foreach ($documents as &$document) {
                for ($changes = mt_rand(0, 2); $changes > 0; $changes--) {
                    $document[mt_rand(0, mt_rand(0, 3) ? min(30, strlen($document) - 1) : strlen($document) - 1)] = chr(mt_rand(0, 255));
                }
                $document = mt_rand(0, 9) ? $document : substr($document, 0, mt_rand(0, strlen($document)));
            }
            unset($document);
            $arguments = [$documents, mt_rand(0, 9), mt_rand(0, 9), mt_rand(0, 9) ? null : 'x'];
            $plain = self::answer([plain::class, 'report'], $arguments);
            $this->same($plain, self::answer('plagiarism_detector_report', $arguments), "seed $seed");
            $refused += (int) is_string($plain);
        }
        $this->assertGreaterThan(self::BATCHES / 3, $refused);
        $this->assertLessThan(self::BATCHES, $refused);
    }

    private static function answer(callable $function, array $arguments): string|array {
        try {
            return $function(...$arguments);
        } catch (ValueError $thrown) {
            return $thrown->getMessage();
        }
    }

    /** Comparing and only then asserting: most of the time would go into counting assertions. */
    private function same($plain, $native, string $seed): void {
        if ($plain !== $native) {
            $this->assertSame(serialize($plain), serialize($native), $seed);
        }
        $this->addToAssertionCount(1);
    }
}
