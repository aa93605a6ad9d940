<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;


/** Gradebooks that one seed decides: every method and rule, many ties, negative points, and what a teacher would never do. */
final class random_gradebook {
    public const METHODS = [0, 2, 4, 6, 8, 10, 11, 12, 13, 7];

    public array $category;
    public array $items = [];
    public int $students;

    /** Packed, as the engines take them. */
    public string $values = '';
    public ?string $excluded = null;
    public ?string $mins = null;
    public ?string $maxes = null;
    public ?string $kept = null;

    public function __construct(int $seed) {
        mt_srand($seed);
        $this->category = $this->category();
        $usual = self::one_of([10.0, 100.0, 7.5]);
        for ($left = mt_rand(1, 12); $left > 0; $left--) {
            $this->items[] = $this->item($usual);
        }
        $this->students = mt_rand(1, 6);
        $cells = $this->students * count($this->items);
        $this->values = $this->doubles($cells, 0.15, $usual);
        $this->excluded = self::chance(0.5) ? $this->flags($cells, 0.1) : null;
        $this->mins = self::chance(0.2) ? $this->doubles($cells, 0.8, 1.0) : null;
        $this->maxes = self::chance(0.2) ? $this->doubles($cells, 0.7, $usual) : null;
        $this->kept = self::chance(0.2) ? $this->flags($this->students, 0.3) : null;
    }

    /** What the engines take. */
    public function arguments(): array {
        $packed = [$this->values, $this->excluded, $this->mins, $this->maxes, $this->kept];
        return [$this->category, $this->items, $this->students, ...$packed];
    }

    /** The grades as a database gives them: five decimals as text. */
    public function rows(): array {
        $texts = array_map(
            static fn(float $grade): ?string => is_nan($grade) ? null : number_format($grade, 5, '.', ''),
            array_values(unpack('d*', $this->values))
        );
        return array_chunk($texts, count($this->items));
    }

    /** What functions of rows take, with one value that is likely to be wrong. */
    public function spoilt(): array {
        $arguments = [$this->category, $this->items, $this->rows()];
        $other = self::one_of([
            null, true, '', 'x', '1,5', "1\0", '0x1', ' 1', '1 ', '1e999', '1e-7', "\xff", INF, NAN, 1e5, -1e5, -1, 2, 0.5,
            PHP_INT_MAX, PHP_INT_MIN, [], [1], new \stdClass(), 'category',
        ]);
        $place = &$arguments[mt_rand(0, 2)];
        while (is_array($place) && $place && self::chance(0.9)) {
            $place = &$place[self::one_of(array_keys($place))];
        }
        $place = $other;
        return array_map(static fn($argument) => is_array($argument) ? $argument : [], $arguments);
    }

    private function category(): array {
        $min = self::one_of([0.0, 0.0, 5.0, -20.0]);
        return [
            'aggregation' => self::one_of(self::METHODS),
            'aggregateonlygraded' => mt_rand(0, 1),
            'droplow' => self::one_of([0, 0, 1, 2, 20]),
            'keephigh' => self::one_of([0, 0, 1, 3]),
            'grademin' => $min,
            'grademax' => $min + self::one_of([0.0, 10.0, 100.0, 33.33333]),
            'gradetype' => self::one_of([1, 1, 1, 2]),
            'maxfactor' => self::one_of([1, 1, 10]),
            'oldextracredit' => self::chance(0.3),
        ];
    }

    private function item(float $usual): array {
        $min = self::one_of([0.0, 0.0, 0.0, 1.0, -10.0]);
        return [
            'itemtype' => self::one_of(['mod', 'mod', 'manual', 'mod', 'category']),
            'grademin' => $min,
            'grademax' => self::chance(0.1) ? $min : $min + self::one_of([$usual, $usual, 3.0, 0.7]),
            'aggregationcoef' => self::one_of([0, 0, 1, 2.5, -1]),
            'aggregationcoef2' => self::one_of([0.25, 0.25, 0.25, 0.1, 0, 0.33333]),
            'weightoverride' => self::chance(0.25),
        ];
    }

    /** A share of them NAN; the others often equal, some negative, some a tie when written with fourteen digits. */
    private function doubles(int $count, float $empty, float $most): string {
        $doubles = '';
        for (; $count > 0; $count--) {
            $kinds = [
                (float) mt_rand(0, 4) * $most / 4,
                round(mt_rand(-1_000_000, 1_000_000) / 1_000_000 * $most, 5),
                mt_rand(1, 32767) / 32768 * $most,
            ];
            $doubles .= pack('d', self::chance($empty) ? NAN : self::one_of($kinds));
        }
        return $doubles;
    }

    private function flags(int $count, float $share): string {
        $flags = '';
        for (; $count > 0; $count--) {
            $flags .= self::chance($share) ? "\1" : "\0";
        }
        return $flags;
    }

    private static function one_of(array $choices) {
        return $choices[mt_rand(0, count($choices) - 1)];
    }

    private static function chance(float $share): bool {
        return mt_rand() / mt_getrandmax() < $share;
    }
}
