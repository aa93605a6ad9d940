<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** MinHash: for each of 128 permutations the least of a set. */
final class minhash {
    public const BYTES = 512;
    private const ENTRIES = 128;
    private const PRIME = 0x7fffffff;

    /** Packed. */
    public static function signature(array $hashes): string {
        $least = array_fill(0, self::ENTRIES, self::PRIME);
        $permutations = self::permutations();
        foreach ($hashes as $hash) {
            $short = ($hash ^ ($hash >> 32)) & self::PRIME;
            foreach ($permutations as $entry => [$factor, $summand]) {
                $value = ($factor * $short + $summand) % self::PRIME;
                if ($value < $least[$entry]) {
                    $least[$entry] = $value;
                }
            }
        }
        return pack('V*', ...$least);
    }

    /** How many entries of two are the same; those of a text without fingerprints never are. */
    public static function alike(string $one, string $other): int {
        $others = unpack('V*', $other);
        $same = 0;
        foreach (unpack('V*', $one) as $entry => $value) {
            $same += (int) ($value === $others[$entry] && $value !== self::PRIME);
        }
        return $same;
    }

    private static function permutations(): array {
        static $permutations = [];
        for ($next = 1; count($permutations) < self::ENTRIES; $next += 2) {
            $permutations[] = [letters::spread($next) % (self::PRIME - 1) + 1, letters::spread($next + 1) % self::PRIME];
        }
        return $permutations;
    }
}
