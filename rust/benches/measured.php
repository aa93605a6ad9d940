<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace benches;

/** Seconds of CPU, the best of three, and what came of it. */
function measured(callable $run): array {
    $best = INF;
    for ($left = 3; $left > 0; $left--) {
        $start = cpu();
        $found = $run();
        $best = min($best, cpu() - $start);
    }
    return [$best, $found];
}

function cpu(): float {
    $used = getrusage();
    return $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1e6;
}

/** Whether a ratio reaches what is promised; rust/bench counts these lines. */
function gate(string $promise, float $least, float $ratio, string $case): void {
    printf("%s: %s (%.2fx; %s)\n", $promise, $ratio >= $least ? 'yes' : 'no', $ratio, $case);
}
