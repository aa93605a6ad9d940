<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

/** The same as rust/core, for the server. All numbers are hundredths of a per cent, so that nothing is rounded on the way. */
final class needed {
    public const WHOLE = 10000;

    /** What is needed in the part that is left and weighs so much; 0 if nothing, more than the whole if it is too late, null if no sense. */
    public static function grade(int $current, int $weight, int $goal): ?int {
        foreach ([[$current, 0], [$weight, 1], [$goal, 0]] as [$value, $least]) {
            if ($value < $least || $value > self::WHOLE) {
                return null;
            }
        }
        $missing = $goal * self::WHOLE - $current * (self::WHOLE - $weight);
        return $missing <= 0 ? 0 : intdiv($missing + $weight - 1, $weight);
    }
}
