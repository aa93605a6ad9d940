<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use PHPUnit\Framework\TestCase;
use Throwable;
use TypeError;
use ValueError;

/** What the functions take, give and refuse: in plain PHP and, where it is loaded, in the extension. */
final class functions_test extends TestCase {
    private const FIRST = "Fifteen men on the dead man's chest!";
    private const SECOND = 'they sang of FIFTEEN MEN on the dead mans chest, and drank';
    private const NAMES = ['fingerprint', 'compare', 'report'];

    public static function engines(): array {
        $plain = array_map(static fn(string $name): array => [plain::class, $name], self::NAMES);
        $native = array_map(static fn(string $name): string => "plagiarism_detector_$name", self::NAMES);
        return ['plain' => $plain] + (engine::is_native() ? ['native' => $native] : []);
    }

    /** @dataProvider engines */
    public function test_a_report_says_what_is_shared_and_where(callable $fingerprint, callable $compare, callable $report): void {
        $documents = $fingerprint(['by name' => self::FIRST, 7 => self::SECOND, 'Nothing of it is in here.'], 5, 4);
        $this->assertSame([0, 1, 2], array_keys($documents));
        $found = $report($documents);
        $this->assertSame(1, $found['found']);
        [$pair] = $found['pairs'];
        $this->assertSame([0, 1, 25, 25], [$pair['first'], $pair['second'], $pair['covered'], $pair['othercovered']]);
        $this->assertSame(['first', 'second', 'shared', 'alike', 'covered', 'othercovered', 'passages'], array_keys($pair));
        [[$start, $end, $otherstart, $otherend, $units]] = $pair['passages'];
        $this->assertSame("Fifteen men on the dead man's ch", substr(self::FIRST, $start, $end - $start));
        $this->assertSame('FIFTEEN MEN on the dead mans ch', substr(self::SECOND, $otherstart, $otherend - $otherstart));
        $this->assertSame(25, $units);
        $this->assertSame([['index' => 1] + array_slice($pair, 2)], $compare($documents[0], [$documents[2], $documents[1]]));
    }

    /** @dataProvider engines */
    public function test_what_is_ignored_does_not_count(callable $fingerprint, callable $compare, callable $report): void {
        $documents = $fingerprint([self::FIRST, self::SECOND, self::FIRST], 5, 4);
        $this->assertSame(['found' => 0, 'pairs' => []], $report($documents, ignored: $documents[0]));
        $this->assertSame([], $compare($documents[1], [$documents[0]], $documents[2]));
    }

    /** @dataProvider engines */
    public function test_the_strongest_pairs_are_shown(callable $fingerprint, callable $compare, callable $report): void {
        $documents = $fingerprint([self::SECOND, self::FIRST, self::FIRST, self::SECOND], 5, 4);
        $found = $report($documents, least: 2, most: 2);
        $this->assertSame(6, $found['found']);
        $places = array_map(static fn(array $pair): array => [$pair['first'], $pair['second']], $found['pairs']);
        $this->assertSame([[0, 3], [0, 1]], $places);
        $this->assertSame(128, $found['pairs'][0]['alike']);
    }

    /** @dataProvider engines */
    public function test_each_result_says_how_alike_whole_texts_are(callable $fingerprint, callable $compare): void {
        $documents = $fingerprint([self::FIRST, self::SECOND, '', 'Nothing of it is in here.'], 5, 4);
        [$same, $other] = $compare($documents[0], $documents);
        $this->assertSame([0, 1, 128], [$same['index'], $other['index'], $same['alike']]);
        $this->assertTrue($other['alike'] > 20 && $other['alike'] < 128, (string) $other['alike']);
        $this->assertSame(528, strlen($documents[2]));
    }

    /** @dataProvider engines */
    public function test_nothing_is_no_fault(callable $fingerprint, callable $compare, callable $report): void {
        $this->assertSame([], $fingerprint([]));
        $this->assertSame(['found' => 0, 'pairs' => []], $report([]));
        $documents = $fingerprint(["\0\0\0", '', "\n", ' .,;', "\u{301}\u{302}", '🙂']);
        $this->assertSame(array_fill(0, 6, 0), array_map(static fn(string $packed): int => unpack('V', $packed, 8)[1], $documents));
        $this->assertSame(['found' => 0, 'pairs' => []], $report($documents));
        $this->assertSame(['found' => 0, 'pairs' => []], $report($fingerprint([self::FIRST])));
        $this->assertSame([], $compare($documents[0], []));
    }

    /** @dataProvider engines */
    public function test_texts_made_to_be_slow(callable $fingerprint): void {
        $marks = str_repeat("\u{301}\u{323}", 20000);
        $packed = $fingerprint(["a$marks", $marks, str_repeat('a', 100000), "\u{3b1}" . str_repeat("\u{345}", 9)]);
        $units = array_map(static fn(string $packed): int => unpack('V', $packed, 8)[1], $packed);
        $this->assertSame([1, 0, 100000, 10], $units);
    }

    /** @dataProvider engines */
    public function test_what_is_wrong_is_said(callable $fingerprint, callable $compare, callable $report): void {
        [$one, $other] = [$fingerprint(['x'])[0], $fingerprint(['x'], 24)[0]];
        $cases = [
            ['k is 4, not between 5 and 50', $fingerprint, [[], 4]],
            ['w is 101, not between 4 and 100', $fingerprint, [[], 25, 101]],
            ['10001 texts are too many, the most is 10000', $fingerprint, [array_fill(0, 10001, '')]],
            ['text 1 is no string', $fingerprint, [['', null]]],
            ['text 0 is no string', $fingerprint, [[['x']]]],
            ['text 1 is not UTF-8', $fingerprint, [['', "caf\xe9"]]],
            ['text 0 is not UTF-8', $fingerprint, [["\xed\xa0\x80"]]],
            ['text 0 is not UTF-8', $fingerprint, [["\xc0\x80"]]],
            ['text 0 is not UTF-8', $fingerprint, [["\xf4\x90\x80\x80"]]],
            ['text 0: it has 4194305 bytes, more than 4194304', $fingerprint, [[str_repeat(' ', 4194305)]]],
            ['the document: it is no packed document of version 1', $compare, ['', []]],
            ['document 0: it is no packed document of version 1', $compare, [$one, ["$one\0"]]],
            ['document 1: it is no packed document of version 1', $report, [[$one, 'QFP1']]],
            ['document 1: it has k 24 and w 20, the others have k 25 and w 20', $report, [[$one, $other]]],
            ['the document: it has k 24 and w 20, the others have k 25 and w 20', $compare, [$other, [$one]]],
            ['document 0: it has k 25 and w 20, the others have k 24 and w 20', $compare, [$one, [$one], $other]],
            ['ignored: it is no packed document of version 1', $report, [[], 1, 1, 'x']],
            ['document 0 is no string', $report, [[1]]],
            ['document 0 is no string', $compare, [$one, [null]]],
            ['least is 0, not between 1 and 2147483647', $report, [[], 0]],
            ['most is 100001, not between 1 and 100000', $report, [[], 1, 100001]],
            ['2001 documents are too many for a report, the most is 2000', $report, [array_fill(0, 2001, $one)]],
        ];
        foreach ($cases as [$words, $function, $arguments]) {
            $thrown = self::thrown($function, $arguments);
            $this->assertInstanceOf(ValueError::class, $thrown, $words);
            $this->assertSame($words, $thrown->getMessage());
        }
    }

    /** @dataProvider engines */
    public function test_other_types_are_type_errors(callable $fingerprint, callable $compare, callable $report): void {
        foreach ([[$fingerprint, ['x']], [$compare, [[], []]], [$report, [null]], [$report, [[], []]]] as [$function, $arguments]) {
            $this->assertInstanceOf(TypeError::class, self::thrown($function, $arguments));
        }
    }

    private static function thrown(callable $function, array $arguments): ?Throwable {
        try {
            $function(...$arguments);
        } catch (Throwable $thrown) {
            return $thrown;
        }
        return null;
    }
}
