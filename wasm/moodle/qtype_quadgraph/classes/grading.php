<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph;

/** What points, lines and numbers are worth: `grade_*` of widget-core's Rust step by step, held to the same vectors. A point is [x, y]. */
final class grading {
    /** So little more than the tolerance is no more: 0.3 − 0.2 is no more than 0.1. */
    private const GRAIN = 1e-9;

    public function __construct(private float $tolerance, private bool $partial) {
    }

    /** Whatever their order: each counts for one of the answer's that it is near. A part: those that count, less those that do not, of all. */
    public function points(array $answer, array $given): float {
        $fits = array_map(fn(array $point): array => $this->near_ones($answer, $point), $given);
        $taken = [];
        $paired = 0;
        foreach (array_keys($given) as $point) {
            $seen = [];
            $paired += self::pair($point, $fits, $taken, $seen) ? 1 : 0;
        }
        if ($paired === count($answer) && $paired === count($given)) {
            return 1.0;
        }
        return $this->partial && $answer ? max(0, $paired - (count($given) - $paired)) / count($answer) : 0.0;
    }

    /** 1 where both points of the answer are within the tolerance of the straight line through those given. */
    public function line(array $answer, array $given): float {
        [[$x, $y], [$otherx, $othery]] = $given;
        [$dx, $dy] = [$otherx - $x, $othery - $y];
        $length = sqrt($dx * $dx + $dy * $dy);
        if ($length <= self::GRAIN) {
            return 0.0;
        }
        foreach ($answer as [$px, $py]) {
            if (!$this->near((($px - $x) * $dy - ($py - $y) * $dx) / $length, 0.0)) {
                return 0.0;
            }
        }
        return 1.0;
    }

    /** A number with its unit. A part: half of it where only the unit is another. */
    public function number(array $answer, array $given): float {
        if (!$this->near($answer[0], $given[0])) {
            return 0.0;
        }
        return $answer[1] === $given[1] ? 1.0 : ($this->partial ? 0.5 : 0.0);
    }

    private function near(float $one, float $other): bool {
        return abs($one - $other) <= $this->tolerance + self::GRAIN;
    }

    private function near_ones(array $answer, array $point): array {
        $isnear = fn(array $wanted): bool => $this->near($wanted[0], $point[0]) && $this->near($wanted[1], $point[1]);
        return array_keys(array_filter($answer, $isnear));
    }

    /** Finds a point one of the answer's, and where it is taken another one for who has it. */
    private static function pair(int $point, array $fits, array &$taken, array &$seen): bool {
        foreach ($fits[$point] as $place) {
            if (isset($seen[$place])) {
                continue;
            }
            $seen[$place] = true;
            if (!isset($taken[$place]) || self::pair($taken[$place], $fits, $taken, $seen)) {
                $taken[$place] = $point;
                return true;
            }
        }
        return false;
    }
}
