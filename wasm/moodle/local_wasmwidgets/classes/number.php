<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** Grades as text, two decimals of the five that Moodle stores; the browser's part writes them the same. */
final class number {
    /** Half of the last decimal that Moodle stores. */
    private const SAME = 0.000005;

    public static function of(?float $grade): string {
        if ($grade === null) {
            return get_string('nograde', 'local_wasmwidgets');
        }
        $hundredths = (int) floor(floor(abs($grade) * 100000 + 0.5) / 1000 + 0.5);
        $sign = $grade < 0 && $hundredths > 0 ? '−' : '';
        return $sign . intdiv($hundredths, 100) . self::decsep() . sprintf('%02d', $hundredths % 100);
    }

    /** Whole numbers without decimals. */
    public static function range(float $min, float $max): string {
        $short = static fn(float $end): string => floor($end) === $end ? str_replace('-', '−', (string) (int) $end) : self::of($end);
        return $short($min) . '–' . $short($max);
    }

    public static function change(?float $now, ?float $then): string {
        if ($now === null || $then === null) {
            return self::differs($now, $then) ? get_string('changed', 'local_wasmwidgets') : '';
        }
        return self::differs($now, $then) ? ($then > $now ? '+' : '') . self::of($then - $now) : self::of(0);
    }

    public static function differs(?float $now, ?float $then): bool {
        return $now === null || $then === null ? $now !== $then : abs($then - $now) >= self::SAME;
    }

    /** @param array $grades with null where there is none */
    public static function mean(array $grades): string {
        $known = array_filter($grades, static fn(?float $grade): bool => $grade !== null);
        return self::of($known ? array_sum($known) / count($known) : null);
    }

    public static function decsep(): string {
        return get_string('decsep', 'langconfig');
    }
}
