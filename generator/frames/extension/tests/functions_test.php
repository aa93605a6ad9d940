<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @name@;

use PHPUnit\Framework\TestCase;
use TypeError;
use ValueError;

/** What the function takes, gives and refuses: in plain PHP and, where it is loaded, in the extension. */
final class functions_test extends TestCase {
    private const ALPHABET = ['a', "\n", ' ', 'é', '€', '🙂', "\u{301}", "\r", "\0"];

    public static function engines(): array {
        return ['plain' => [[plain::class, 'sizes']]] + (extension_loaded('@name@') ? ['native' => ['@name@_sizes']] : []);
    }

    /** @dataProvider engines */
    public function test_sizes_come_in_order_whatever_the_keys(callable $sizes): void {
        $this->assertSame([], $sizes([]));
        $found = $sizes(['by name' => "é\n€🙂\n", 7 => '']);
        $this->assertSame(['characters' => 5, 'lines' => 3, 'longest' => 2], $found[0]);
        $this->assertSame(['characters' => 0, 'lines' => 1, 'longest' => 0], $found[1]);
    }

    /** @dataProvider engines */
    public function test_what_is_wrong_is_said(callable $sizes): void {
        $cases = [
            '10001 texts are too many, the most is 10000' => array_fill(0, 10001, ''),
            'text 1 is no string' => ['', null],
            'text 0 is not UTF-8' => ["caf\xe9"],
            'text 0: it has 4194305 bytes, more than 4194304' => [str_repeat(' ', 4194305)],
        ];
        foreach ($cases as $words => $texts) {
            $said = null;
            try {
                $sizes($texts);
            } catch (ValueError $thrown) {
                $said = $thrown->getMessage();
            }
            $this->assertSame($words, $said);
        }
        $this->expectException(TypeError::class);
        $sizes('text');
    }

    public function test_the_extension_and_plain_php_give_the_same(): void {
        $sizes = self::engines()['native'][0] ?? null;
        if ($sizes === null) {
            $this->markTestSkipped('the extension @name@ is not loaded');
        }
        mt_srand(1);
        for ($batch = 0; $batch < 300; $batch++) {
            $texts = [];
            for ($count = mt_rand(0, 5); $count > 0; $count--) {
                $texts[] = implode('', array_map(static fn() => self::ALPHABET[array_rand(self::ALPHABET)], range(0, mt_rand(0, 40))));
            }
            $this->assertSame(plain::sizes($texts), $sizes($texts));
        }
    }
}
