<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use PHPUnit\Framework\TestCase;
use ValueError;

/** The extension and plain PHP give the same bits. */
final class differential_test extends TestCase {
    private const GRADEBOOKS = 20000;

    protected function setUp(): void {
        if (!engine::is_native()) {
            $this->markTestSkipped('the extension gradebook_fastpath is not loaded');
        }
    }

    public function test_packed_totals_are_the_same_bits(): void {
        $graded = [];
        for ($seed = 0; $seed < self::GRADEBOOKS; $seed++) {
            $book = new random_gradebook($seed);
            $plain = plain::packed(...$book->arguments());
            $native = gradebook_fastpath_packed(...$book->arguments());
            if ($plain !== $native) {
                $this->fail("seed $seed: " . json_encode([$book->category, $book->items]));
            }
            $method = $book->category['aggregation'];
            $totals = array_filter(unpack('d*', $native['grades']), static fn(float $total): bool => !is_nan($total));
            $graded[$method] = ($graded[$method] ?? 0) + count($totals);
        }
        foreach (random_gradebook::METHODS as $method) {
            $this->assertGreaterThan(self::GRADEBOOKS / 10, $graded[$method], "too few totals by method $method");
        }
    }

    public function test_totals_of_rows_are_the_same_bits(): void {
        for ($seed = 0; $seed < self::GRADEBOOKS / 10; $seed++) {
            $book = new random_gradebook($seed);
            $plain = plain::rows($book->category, $book->items, $book->rows());
            $native = gradebook_fastpath_rows($book->category, $book->items, $book->rows());
            $this->assertTrue(self::bits($plain) === self::bits($native), "seed $seed");
        }
    }

    public function test_what_is_wrong_is_refused_with_the_same_words(): void {
        $refused = 0;
        for ($seed = 0; $seed < self::GRADEBOOKS / 10; $seed++) {
            $book = new random_gradebook($seed);
            $arguments = $book->spoilt();
            $plain = self::answer([plain::class, 'rows'], $arguments);
            $this->assertSame($plain, self::answer('gradebook_fastpath_rows', $arguments), "seed $seed");
            $refused += (int) is_string($plain);
        }
        $this->assertGreaterThan(self::GRADEBOOKS / 20, $refused);
    }

    /** The bits, or what is thrown: up to a number, which the two write differently. */
    private static function answer(callable $function, array $arguments): string|array {
        try {
            return self::bits($function(...$arguments));
        } catch (ValueError $thrown) {
            return preg_replace('/ is [-.\dA-Za-z+]+(:|$).*/', ' is a number', $thrown->getMessage());
        }
    }

    private static function bits(array $columns): array {
        $bits = static fn(?float $number): ?string => $number === null ? null : bin2hex(pack('d', $number));
        return array_map(static fn(array $column): array => array_map($bits, $column), $columns);
    }
}
