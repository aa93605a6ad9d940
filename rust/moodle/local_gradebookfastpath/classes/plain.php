<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

use ValueError;

/**
 * The functions of the extension gradebook_fastpath in plain PHP, bit for bit: the fallback where it is not loaded, and the
 * reference that it is tested against. Parameters and results are those of the functions gradebook_fastpath_*.
 */
final class plain {
    /** Totals of packed grades, one row a student; NAN is no grade, "\1" an excluded grade or a total that is kept. */
    public static function packed(
        array $category,
        array $items,
        int $students,
        string $values,
        ?string $excluded = null,
        ?string $mins = null,
        ?string $maxes = null,
        ?string $kept = null
    ): array {
        if ($students < 0) {
            throw new ValueError('students must not be negative');
        }
        [$category, $items] = record::both($category, $items);
        $width = count($items);
        $doubles = array_filter(['values' => $values, 'mins' => $mins, 'maxes' => $maxes], 'is_string');
        foreach ($doubles as $what => $bytes) {
            self::want_length($what, intdiv(strlen($bytes), 8), $students * $width, strlen($bytes) % 8);
        }
        self::want_length('excluded', strlen($excluded ?? ''), $excluded === null ? 0 : $students * $width);
        self::want_length('kept', strlen($kept ?? ''), $kept === null ? 0 : $students);
        $columns = ['', '', ''];
        for ($student = 0; $student < $students; $student++) {
            if ($kept !== null && $kept[$student] !== "\0") {
                $total = [NAN, NAN, NAN];
            } else {
                $total = total::of(
                    $category,
                    $items,
                    self::row($values, $student, $width),
                    $excluded === null ? '' : substr($excluded, $student * $width, $width),
                    $mins === null ? [] : self::row($mins, $student, $width),
                    $maxes === null ? [] : self::row($maxes, $student, $width),
                );
            }
            foreach ($total as $column => $number) {
                $columns[$column] .= pack('d', $number ?? NAN);
            }
        }
        return array_combine(['grades', 'mins', 'maxes'], $columns);
    }

    /** Totals of rows as a database gives them: null, numbers or numeric strings. */
    public static function rows(array $category, array $items, array $rows): array {
        [$category, $items] = record::both($category, $items);
        $columns = ['grades' => [], 'mins' => [], 'maxes' => []];
        foreach (array_values($rows) as $student => $row) {
            $row = record::row($row, $student, count($items));
            [$columns['grades'][], $columns['mins'][], $columns['maxes'][]] = total::of($category, $items, $row);
        }
        return $columns;
    }

    /** The numbers of one student, by item, without those that are not there. */
    private static function row(string $doubles, int $student, int $width): array {
        $row = array_values(unpack("d$width", $doubles, $student * $width * 8));
        return array_map(static fn(float $number): ?float => is_nan($number) ? null : $number, $row);
    }

    private static function want_length(string $what, int $found, int $expected, int $odd = 0): void {
        if ($odd) {
            throw new ValueError("$what has " . ($found * 8 + $odd) . ' bytes, which is no whole number of doubles');
        }
        if ($found !== $expected) {
            throw new ValueError("$what has $found entries instead of $expected");
        }
    }
}
