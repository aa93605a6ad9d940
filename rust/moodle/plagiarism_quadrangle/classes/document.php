<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use ValueError;

/** The fingerprints of one text, from their packed form. */
final class document {
    public const MOST_BYTES = 4 << 20;
    /** What k may be, and w. */
    public const LIMITS = ['k' => [5, 50], 'w' => [4, 100]];
    /** The bytes before the fingerprints. */
    public const HEAD = 16 + minhash::BYTES;
    private const TAG = 'QFP1';
    private const FINGERPRINT = 20;

    public int $k;
    public int $w;
    public int $units;
    public int $bytes;
    public string $signature;

    /** Of each fingerprint its hash, first letter, start and end, in the text's order. */
    public array $fingerprints = [];

    /** By hash the fingerprints that have it. */
    public array $places = [];

    /** The packed fingerprints of a text. */
    public static function of(string $text, int $k, int $w): string {
        $winnower = new winnower($k, $w);
        (new reader($winnower))->read($text);
        $winnower->finish();
        $head = self::TAG . pack('vvVV', $k, $w, $winnower->units, strlen($text));
        return $head . minhash::signature($winnower->hashes) . $winnower->packed;
    }

    public function __construct(string $name, string $packed) {
        $this->read($packed) && $this->is_sound() || throw new ValueError("$name: it is no packed document of version 1");
        $this->index();
    }

    /** The fingerprint that begins with a letter, where it has this hash. */
    public function at(int $unit, int $hash): ?array {
        [$low, $high] = [0, count($this->fingerprints)];
        while ($low < $high) {
            $middle = intdiv($low + $high, 2);
            if ($this->fingerprints[$middle][1] < $unit) {
                $low = $middle + 1;
            } else {
                $high = $middle;
            }
        }
        $found = $this->fingerprints[$low] ?? null;
        return $found !== null && $found[1] === $unit && $found[0] === $hash ? $found : null;
    }

    /** Without what another document has too. */
    public function without(self $ignored): void {
        $counts = static fn(array $fingerprint): bool => !isset($ignored->places[$fingerprint[0]]);
        $this->fingerprints = array_values(array_filter($this->fingerprints, $counts));
        $this->index();
    }

    private function index(): void {
        $this->places = [];
        foreach ($this->fingerprints as $index => [$hash]) {
            $this->places[$hash][] = $index;
        }
    }

    private function read(string $packed): bool {
        $length = strlen($packed) - self::HEAD;
        if ($length < 0 || $length % self::FINGERPRINT || !str_starts_with($packed, self::TAG)) {
            return false;
        }
        ['k' => $this->k, 'w' => $this->w, 'units' => $this->units, 'bytes' => $this->bytes] = unpack('vk/vw/Vunits/Vbytes', $packed, 4);
        $this->signature = substr($packed, 16, minhash::BYTES);
        for ($at = self::HEAD; $at < strlen($packed); $at += self::FINGERPRINT) {
            $this->fingerprints[] = array_values(unpack('Phash/Vunit/Vstart/Vend', $packed, $at));
        }
        return true;
    }

    /** In order, within the text, and not more of them than the text has hashes. */
    private function is_sound(): bool {
        foreach (self::LIMITS as $name => [$least, $most]) {
            if ($this->$name < $least || $this->$name > $most) {
                return false;
            }
        }
        if ($this->bytes > self::MOST_BYTES || $this->units > 6 * $this->bytes) {
            return false;
        }
        [$unit, $start, $end] = [-1, 0, 0];
        foreach ($this->fingerprints as $next) {
            if ($next[1] <= $unit || $next[2] < $start || $next[3] < $end || $next[2] >= $next[3]) {
                return false;
            }
            [, $unit, $start, $end] = $next;
        }
        return $unit <= $this->units - $this->k && $end <= $this->bytes || !$this->fingerprints;
    }
}
