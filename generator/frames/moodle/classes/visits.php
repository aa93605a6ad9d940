<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

/** When participants were last seen. Nothing here calls Moodle, so that it is tested without one. */
final class visits {
    /** By string identifier, the seconds that a visit may lie back; the first that fits counts. */
    private const SINCE = ['day' => 86400, 'week' => 7 * 86400, 'month' => 30 * 86400];

    /** How many participants were last seen within a day, a week, a month, longer ago, and never. */
    public static function counted(array $participants, array $seen, int $now): array {
        $counts = array_fill_keys([...array_keys(self::SINCE), 'longer', 'never'], 0);
        foreach ($participants as $participant) {
            $counts[self::since((int) ($seen[$participant] ?? 0), $now)]++;
        }
        return $counts;
    }

    private static function since(int $time, int $now): string {
        if ($time === 0) {
            return 'never';
        }
        foreach (self::SINCE as $name => $seconds) {
            if ($now - $time <= $seconds) {
                return $name;
            }
        }
        return 'longer';
    }
}
