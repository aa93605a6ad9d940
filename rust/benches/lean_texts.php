<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What one would write by hand to see which texts overlap: lower case, letters and numbers alone, a hash of 31 bits; no places, no MinHash, no
// normal form. It needs mbstring.

namespace plagiarism_quadrangle;

const BASE = 257;
const PRIME = 0x7fffffff;

/** The winnowed hashes of a text, as keys. */
function lean_fingerprint(string $text, int $k, int $w): array {
    $codes = array_values(unpack('N*', mb_convert_encoding(preg_replace('/[^\pL\pN]+/u', '', mb_strtolower($text)), 'UTF-32BE')));
    for ($power = 1, $left = $k; $left > 0; $left--) {
        $power = $power * BASE % PRIME;
    }
    $rolling = 0;
    $hashes = $kept = [];
    foreach ($codes as $place => $code) {
        $rolling = ($rolling * BASE + $code) % PRIME;
        if ($place >= $k) {
            $rolling = ($rolling + PRIME - $codes[$place - $k] * $power % PRIME) % PRIME;
        }
        if ($place >= $k - 1) {
            $hashes[] = $rolling;
        }
    }
    $least = -1;
    foreach ($hashes as $place => $hash) {
        if ($least >= 0 && $least > $place - $w) {
            $least = $hash <= $hashes[$least] ? $place : $least;
        } else {
            for ($least = $place, $before = $place - 1; $before > $place - $w && $before >= 0; $before--) {
                $least = $hashes[$before] < $hashes[$least] ? $before : $least;
            }
        }
        if ($place >= $w - 1) {
            $kept[$hashes[$least]] = true;
        }
    }
    return $kept;
}

/** How many hashes each two texts share that share any. */
function lean_report(array $fingerprints): array {
    $owners = $shared = [];
    foreach ($fingerprints as $owner => $hashes) {
        foreach ($hashes as $hash => $kept) {
            foreach ($owners[$hash] ?? [] as $other) {
                $shared["$other-$owner"] = ($shared["$other-$owner"] ?? 0) + 1;
            }
            $owners[$hash][] = $owner;
        }
    }
    return $shared;
}
