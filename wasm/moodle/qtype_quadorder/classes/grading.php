<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadorder;

/** What an order of lines is worth: `grade_order` of widget-core's Rust step by step, held to the same vectors. A line is [what it says, its indentation]. */
final class grading {
    public function __construct(private bool $partial, private bool $indents) {
    }

    /** From 0 to 1. A part: the lines of the longest common subsequence, less those that do not belong, of all. */
    public function grade(array $answer, array $given): float {
        if (array_map($this->what(...), $answer) === array_map($this->what(...), $given)) {
            return 1.0;
        }
        if (!$this->partial || !$answer) {
            return 0.0;
        }
        return max(0, $this->common($answer, $given) - self::strangers($answer, $given)) / count($answer);
    }

    /** What of a line counts. */
    private function what(array $line): array {
        return $this->indents ? $line : [$line[0]];
    }

    /** The length of the longest common subsequence. */
    private function common(array $answer, array $given): int {
        $lengths = array_fill(0, count($answer) + 1, 0);
        foreach ($given as $line) {
            $corner = $left = 0;
            foreach (array_values($answer) as $index => $wanted) {
                $here = $this->what($wanted) === $this->what($line) ? $corner + 1 : max($left, $lengths[$index + 1]);
                $corner = $lengths[$index + 1];
                $left = $lengths[$index + 1] = $here;
            }
        }
        return end($lengths);
    }

    /** How many lines do not belong to the answer, or oftener than it has them. */
    private static function strangers(array $answer, array $given): int {
        $left = array_count_values(array_column($answer, 0));
        $strangers = 0;
        foreach ($given as [$says]) {
            $left[$says] = ($left[$says] ?? 0) - 1;
            $strangers += $left[$says] < 0 ? 1 : 0;
        }
        return $strangers;
    }
}
