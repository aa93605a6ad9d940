<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

use PHPUnit\Framework\TestCase;

/** Who was last seen when. */
final class visits_test extends TestCase {
    private const NOW = 1000000000;
    private const DAY = 86400;

    public function test_each_participant_counts_once(): void {
        $seen = [1 => self::NOW, 2 => self::NOW - 3 * self::DAY, 3 => self::NOW - 9 * self::DAY, 4 => self::NOW - 99 * self::DAY];
        $counted = visits::counted([1, 2, 3, 4, 5], $seen, self::NOW);
        $this->assertSame(['day' => 1, 'week' => 1, 'month' => 1, 'longer' => 1, 'never' => 1], $counted);
    }

    public function test_the_last_second_of_a_day_belongs_to_it(): void {
        $seen = [1 => self::NOW - self::DAY, 2 => self::NOW - self::DAY - 1];
        $counted = visits::counted([1, 2], $seen, self::NOW);
        $this->assertSame([1, 1], [$counted['day'], $counted['week']]);
    }

    public function test_who_has_left_the_course_does_not_count(): void {
        $this->assertSame(0, array_sum(visits::counted([], [7 => self::NOW], self::NOW)));
    }

    public function test_the_database_gives_texts(): void {
        $this->assertSame(1, visits::counted(['1'], ['1' => (string) self::NOW], self::NOW)['day']);
    }
}
