<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph;

/** What a question asks for, read from its settings, and what a response comes to. No Moodle here. */
final class target {
    public const KINDS = ['points', 'line', 'number'];
    private const MOST = 12;

    private function __construct(public string $kind, private array $answers, private array $units, private grading $grading) {
    }

    /** @param object|array $settings by the names of the table's columns */
    public static function of($settings): self {
        $settings = (array) $settings;
        $rows = preg_split('/\R/u', trim((string) $settings['solution']), -1, PREG_SPLIT_NO_EMPTY);
        $numbers = static fn(string $row): array => array_map(self::number(...), preg_split('/[\s,;]+/', trim($row)));
        $units = array_values(array_filter(array_map('trim', explode(',', (string) ($settings['units'] ?? ''))), 'strlen'));
        $grading = new grading((float) $settings['tolerance'], (bool) $settings['partialcredit']);
        return new self($settings['kind'], array_map($numbers, $rows), $units, $grading);
    }

    /** Whether the answer is one of its kind. */
    public function is_fit(): bool {
        foreach ($this->answers as $row) {
            if (count($row) !== ($this->kind === 'number' ? 1 : 2) || in_array(null, $row, true)) {
                return false;
            }
        }
        return match ($this->kind) {
            'points' => count($this->answers) >= 1 && count($this->answers) <= self::MOST,
            'line' => count($this->answers) === 2 && $this->answers[0] !== $this->answers[1],
            default => count($this->answers) === 1,
        };
    }

    /** How many points are asked for. */
    public function count(): int {
        return $this->kind === 'number' ? 0 : count($this->answers);
    }

    /** Names of fields. */
    public function fields(): array {
        if ($this->kind === 'number') {
            return $this->units ? ['number', 'unit'] : ['number'];
        }
        $names = array_map(static fn(int $point): array => ["x$point", "y$point"], range(0, $this->count() - 1));
        return array_merge(...$names);
    }

    /** Units to choose from; their order does not tell which is right. */
    public function units(): array {
        $units = $this->units;
        sort($units);
        return $units;
    }

    /** Points that have both numbers, by their number. */
    public function points(array $response): array {
        $points = [];
        for ($point = 0; $point < $this->count(); $point++) {
            $at = [self::number($response["x$point"] ?? ''), self::number($response["y$point"] ?? '')];
            if (!in_array(null, $at, true)) {
                $points[$point] = $at;
            }
        }
        return $points;
    }

    public function is_answered(array $response): bool {
        return match ($this->kind) {
            'number' => self::number($response['number'] ?? '') !== null,
            'line' => count($this->points($response)) === 2,
            default => $this->points($response) !== [],
        };
    }

    /** Whether a point has but one number, or one that is none. */
    public function is_unfinished(array $response): bool {
        $typed = static fn(int $point): string => trim(($response["x$point"] ?? '') . ($response["y$point"] ?? ''));
        $points = $this->points($response);
        for ($point = 0; $point < $this->count(); $point++) {
            if (!isset($points[$point]) && $typed($point) !== '') {
                return true;
            }
        }
        return false;
    }

    public function grade(array $response): float {
        if (!$this->is_answered($response)) {
            return 0.0;
        }
        return match ($this->kind) {
            'points' => $this->grading->points($this->answers, array_values($this->points($response))),
            'line' => $this->grading->line($this->answers, $this->points($response)),
            default => $this->grading->number([$this->answers[0][0], $this->units[0] ?? ''], [self::number($response['number']), $this->unit($response)]),
        };
    }

    public function right(): array {
        if ($this->kind === 'number') {
            return ['number' => self::written($this->answers[0][0])] + ($this->units ? ['unit' => $this->units[0]] : []);
        }
        $response = [];
        foreach ($this->answers as $point => [$x, $y]) {
            $response += ["x$point" => self::written($x), "y$point" => self::written($y)];
        }
        return $response;
    }

    /** The response as text. */
    public function text(array $response): string {
        if ($this->kind === 'number') {
            return trim(self::written(self::number($response['number'] ?? '') ?? 0) . ' ' . $this->unit($response));
        }
        $point = static fn(array $at): string => '(' . self::written($at[0]) . ', ' . self::written($at[1]) . ')';
        return implode(', ', array_map($point, $this->points($response)));
    }

    /** As people read it, no 1.0E-5. */
    public static function written(float $number): string {
        $text = number_format($number, 7, '.', '');
        return rtrim(rtrim($text, '0'), '.');
    }

    private function unit(array $response): string {
        $unit = (string) ($response['unit'] ?? '');
        return in_array($unit, $this->units, true) ? $unit : '';
    }

    private static function number(string $typed): ?float {
        $typed = trim($typed);
        return is_numeric($typed) && is_finite((float) $typed) ? (float) $typed : null;
    }
}
