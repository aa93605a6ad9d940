<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** Winnowing: of every w hashes of k letters in a row the least is kept; of equal ones the one kept already, else the last. */
final class winnower {
    /** How many letters there were. */
    public int $units = 0;

    /** What is kept: hashes, and packed with their places. */
    public array $hashes = [];
    public string $packed = '';

    private int $rolling = 0;
    private int $mask;

    /** The last k letters' hashes and starts. */
    private array $values;
    private array $starts;

    /** The last w hashes, each with its first letter and its place. */
    private array $window = [];
    private ?array $least = null;
    private int $kept = -1;

    public function __construct(private int $k, private int $w) {
        $this->mask = (1 << $k) - 1;
        $this->values = $this->starts = array_fill(0, $k, 0);
    }

    public function push(int $value, int $start, int $end): void {
        $place = $this->units % $this->k;
        $oldest = $this->values[$place];
        $rolling = $this->rolling;
        $this->rolling = (($rolling << 1) | (($rolling >> 63) & 1))
            ^ (($oldest << $this->k) | (($oldest >> (64 - $this->k)) & $this->mask))
            ^ $value;
        $this->values[$place] = $value;
        $this->starts[$place] = $start;
        $first = ++$this->units - $this->k;
        if ($first >= 0) {
            $this->push_hash([$this->rolling, $first, $this->starts[$first % $this->k], $end]);
        }
    }

    /** At the end: of a text too short for w hashes the least is kept, where there is any. */
    public function finish(): void {
        if ($this->least !== null && $this->least[1] !== $this->kept) {
            $this->keep();
        }
    }

    private function push_hash(array $hash): void {
        [$value, $first] = $hash;
        $this->window[$first % $this->w] = $hash;
        if ($this->least !== null && $first - $this->least[1] >= $this->w) {
            $this->least = $hash;
            for ($before = $first - 1; $before > $first - $this->w; $before--) {
                $other = $this->window[$before % $this->w];
                if ($other[0] < $this->least[0]) {
                    $this->least = $other;
                }
            }
        } else if ($this->least === null || $value < $this->least[0]) {
            $this->least = $hash;
        }
        if ($first >= $this->w - 1 && $this->least[1] !== $this->kept) {
            $this->keep();
        }
    }

    private function keep(): void {
        $this->kept = $this->least[1];
        $this->hashes[] = $this->least[0];
        $this->packed .= pack('PVVV', ...$this->least);
    }
}
