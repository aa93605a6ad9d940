<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/**
 * Which characters are letters, and as which they are compared: by letters.txt, which the extension has too, and not by the
 * version of Unicode that this PHP may know.
 */
final class letters {
    public const DROPPED = -1;
    public const SKIPPED = -2;
    public const LETTER = 0;
    private const MASK = 0xffffffff;

    /** A text may have a million different characters, which are not worth their memory. */
    private const REMEMBERED = 8192;

    /** Ranges in order, for each its first character, its last, and what they are: a class of marks, or one of the constants. */
    private array $ranges = [];

    /** What a character becomes: a list of characters. */
    private array $folds = [];

    /** For each range of characters that become another range: first, last, and the first of the others. */
    private array $shifts = [];

    /** What has been looked up before, by the character's bytes. */
    private array $read = [];

    private function __construct() {
        foreach (file(__DIR__ . '/../letters.txt', FILE_IGNORE_NEW_LINES) as $line) {
            $tokens = explode(' ', $line);
            match (array_shift($tokens)) {
                'drop' => $this->add($tokens, self::DROPPED),
                'skip' => $this->add($tokens, self::SKIPPED),
                'mark' => $this->add(array_slice($tokens, 1), (int) $tokens[0]),
                'fold' => array_walk($tokens, fn(string $token) => $this->fold($token)),
                '#' => null,
            };
        }
        sort($this->ranges);
    }

    /** The table, read once. */
    public static function table(): self {
        static $table = null;
        return $table ??= new self();
    }

    /** What is read for a character: for each part what it is, and its hash, or for a mark itself. */
    public function of(string $character): array {
        if (!isset($this->read[$character])) {
            $this->read = count($this->read) < self::REMEMBERED ? $this->read : [];
            $this->read[$character] = $this->parts(self::code($character));
        }
        return $this->read[$character];
    }

    /** The hash of a letter, or of one with its marks so far and one more. */
    public static function hash(int $code, ?int $before = null): int {
        [$high, $low] = $before === null ? [0x51ed270b, 0x2545f491] : [($before >> 32) & self::MASK, $before & self::MASK];
        return (self::spread($high ^ $code) << 32) | self::spread(($low + $code) & self::MASK);
    }

    /** A permutation of the 32-bit numbers, whose products fit 63 bits. */
    public static function spread(int $x): int {
        $x = (($x ^ ($x >> 16)) * 0x7feb352d) & self::MASK;
        $x = (($x ^ ($x >> 15)) * 0x45d9f3b5) & self::MASK;
        return $x ^ ($x >> 16);
    }

    private function parts(int $code): array {
        if ($code >= 0xac00 && $code <= 0xd7a3) {
            $index = $code - 0xac00;
            $codes = [0x1100 + intdiv($index, 588), 0x1161 + intdiv($index % 588, 28), 0x11a7 + $index % 28];
            $codes = $index % 28 ? $codes : array_slice($codes, 0, 2);
        } else {
            $codes = $this->folds[$code] ?? [self::within($this->shifts, $code) ?? $code];
        }
        return array_map([$this, 'part'], $codes);
    }

    private function part(int $code): array {
        $range = self::range($this->ranges, $code);
        $kind = $range === null ? self::LETTER : $range[2];
        return [$kind, $kind === self::LETTER ? self::hash($code) : $code];
    }

    private function add(array $tokens, int $kind): void {
        foreach ($tokens as $token) {
            [$first, $last] = explode('-', "$token-$token");
            $this->ranges[] = [hexdec($first), hexdec($last), $kind];
        }
    }

    private function fold(string $token): void {
        [$from, $to] = explode('=', $token);
        [$first, $last] = array_map('hexdec', explode('-', "$from-$from"));
        $codes = array_map('hexdec', explode(',', $to));
        if ($first < $last) {
            $this->shifts[] = [$first, $last, $codes[0]];
        } else {
            $this->folds[$first] = $codes;
        }
    }

    /** The character that one within a range of them becomes. */
    private static function within(array $ranges, int $code): ?int {
        $range = self::range($ranges, $code);
        return $range === null ? null : $range[2] + $code - $range[0];
    }

    /** The range that a character is in; they are in order. */
    private static function range(array $ranges, int $code): ?array {
        [$low, $high] = [0, count($ranges)];
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            if ($ranges[$middle][1] < $code) {
                $low = $middle + 1;
            } else {
                $high = $middle;
            }
        }
        return isset($ranges[$low]) && $ranges[$low][0] <= $code ? $ranges[$low] : null;
    }

    private static function code(string $character): int {
        $bytes = array_values(unpack('C*', $character));
        $code = match (count($bytes)) {
            1 => $bytes[0],
            2 => $bytes[0] & 0x1f,
            3 => $bytes[0] & 0x0f,
            4 => $bytes[0] & 0x07,
        };
        foreach (array_slice($bytes, 1) as $byte) {
            $code = $code << 6 | $byte & 0x3f;
        }
        return $code;
    }
}
