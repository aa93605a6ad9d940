<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadorder;

/** The lines of a question: those of the program in order, then those that do not belong. No Moodle here. */
final class code {
    public const DEEPEST = 6;
    public const MOST = 40;
    private const TAB = 4;

    /** @param array $lines text and indentation; @param int $program how many of them are the program */
    private function __construct(public array $lines, private int $program) {
    }

    /** What the author has written, a line to a row. */
    public static function of(string $solution, string $distractors): self {
        $program = self::rows($solution);
        return new self([...$program, ...self::rows($distractors)], count($program));
    }

    public function is_fit(): bool {
        return $this->program >= 2 && count($this->lines) <= self::MOST;
    }

    /** The right lines as grading takes them. */
    public function answer(): array {
        return array_map(fn(int $line): array => [$this->says($line), $this->lines[$line][1]], array_keys(array_slice($this->lines, 0, $this->program)));
    }

    /**
     * What a response comes to: numbers of lines with their indentation, in order. Of lines with the same place the first given out comes first.
     *
     * @param array $order numbers of lines as they were given out
     */
    public function given(array $order, array $response): array {
        $placed = [];
        foreach (array_values($order) as $index => $line) {
            $place = self::whole($response["place$index"] ?? '');
            if ($place > 0 && isset($this->lines[$line])) {
                $placed[] = [$place, $index, $line, min(self::DEEPEST, self::whole($response["indent$index"] ?? ''))];
            }
        }
        sort($placed);
        return array_map(static fn(array $one): array => [$one[2], $one[3]], $placed);
    }

    /** The same as grading takes it. */
    public function graded(array $given): array {
        return array_map(fn(array $one): array => [$this->says($one[0]), $one[1]], $given);
    }

    /** The response that is right. */
    public function right(array $order): array {
        $response = [];
        foreach (array_values($order) as $index => $line) {
            $belongs = $line < $this->program;
            $response["place$index"] = $belongs ? (string) ($line + 1) : '';
            $response["indent$index"] = $belongs ? (string) $this->lines[$line][1] : '0';
        }
        return $response;
    }

    /** The program as text. */
    public function text(array $given, bool $indented): string {
        $row = fn(array $one): string => str_repeat('    ', $indented ? $one[1] : 0) . $this->lines[$one[0]][0];
        return implode("\n", array_map($row, $given));
    }

    /** The program in order, as `given` has it. */
    public function solution(): array {
        return array_map(fn(int $line): array => [$line, $this->lines[$line][1]], range(0, $this->program - 1));
    }

    /** Whether two lines have the same place. */
    public static function is_ambiguous(array $order, array $response): bool {
        $places = array_map(static fn(int $index): int => self::whole($response["place$index"] ?? ''), array_keys(array_values($order)));
        $places = array_filter($places);
        return $places !== array_unique($places);
    }

    /** Lines that say the same are the same one: nobody can tell them apart. */
    private function says(int $line): int {
        return array_search($this->lines[$line][0], array_column($this->lines, 0), true);
    }

    private static function whole(string $typed): int {
        return max(0, min(1000, (int) $typed));
    }

    private static function rows(string $text): array {
        $rows = array_filter(preg_split('/\R/u', $text), static fn(string $row): bool => trim($row) !== '');
        $widths = array_map(self::width(...), $rows);
        $unit = min(array_filter($widths) ?: [self::TAB]);
        $row = static fn(string $row, int $width): array => [trim($row), min(self::DEEPEST, (int) round($width / $unit))];
        return array_map($row, array_values($rows), array_values($widths));
    }

    private static function width(string $row): int {
        $row = str_replace("\t", str_repeat(' ', self::TAB), $row);
        return strlen($row) - strlen(ltrim($row));
    }
}
