<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** What a document has in common with another one. */
final class overlap {
    public static function of(document $first, document $second): array {
        return [
            'shared' => count(array_intersect_key($first->places, $second->places)),
            'alike' => minhash::alike($first->signature, $second->signature),
            'covered' => self::covered($first, $second),
            'othercovered' => self::covered($second, $first),
            'passages' => self::passages($first, $second),
        ];
    }

    /** The letters of the first that stand in a run of k which the second has too. */
    private static function covered(document $first, document $second): int {
        $covered = $end = 0;
        foreach ($first->fingerprints as [$hash, $unit]) {
            if (isset($second->places[$hash])) {
                $covered += $first->k - max($end - $unit, 0);
                $end = $unit + $first->k;
            }
        }
        return $covered;
    }

    /** Runs in the order of the first; what the second has several times is shown in one place. */
    private static function passages(document $first, document $second): array {
        $passages = [];
        $growing = null;
        foreach ($first->fingerprints as $fingerprint) {
            $places = $second->places[$fingerprint[0]] ?? null;
            if ($places === null) {
                continue;
            }
            $next = $growing === null ? null : self::next($growing, $fingerprint, $second);
            if ($next === null) {
                $passages[] = self::passage($growing, $first->k);
                $growing = ['first' => [$fingerprint, $second->fingerprints[$places[0]]]];
                $next = $growing['first'];
            }
            $growing['last'] = $next;
        }
        $passages[] = self::passage($growing, $first->k);
        return array_values(array_filter($passages));
    }

    /** A hash that both texts have equally far on, and so near that no letter between is not looked at. */
    private static function next(array $growing, array $fingerprint, document $second): ?array {
        [$last, $other] = $growing['last'];
        $step = $fingerprint[1] - $last[1];
        if ($step > $second->k) {
            return null;
        }
        $found = $second->at($other[1] + $step, $fingerprint[0]);
        return $found === null ? null : [$fingerprint, $found];
    }

    private static function passage(?array $done, int $k): ?array {
        if ($done === null) {
            return null;
        }
        [[$one, $other], [$lastone, $lastother]] = [$done['first'], $done['last']];
        return [$one[2], $lastone[3], $other[2], $lastother[3], $lastone[1] + $k - $one[1]];
    }
}
