<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// CPU time of a hash of texts of several sizes, best of three: PHP's own hash(), OpenSSL where it has the algorithm, which PHP has too, and the
// same in Rust, called as an extension. What they give is compared before anything is printed.

use function benches\measured;

require __DIR__ . '/measured.php';

const BYTES = 32 << 20; // In all, for each measurement.
const MOST_CALLS = 300000;
const SIZES = ['32 B' => 32, '1 KiB' => 1 << 10, '64 KiB' => 64 << 10, '16 MiB' => 16 << 20];

printf("hashes: MB a second of CPU, and how many times hash()'s; PHP %s, %s\n", PHP_VERSION, OPENSSL_VERSION_TEXT);
printf("%-8s %-7s %16s %24s %24s\n", '', '', 'PHP hash()', 'PHP openssl_digest()', 'Rust by an extension');
foreach (['md5', 'sha1', 'sha256', 'xxh3'] as $algorithm) {
    foreach (SIZES as $name => $size) {
        compared($algorithm, $name, $size);
    }
}

function compared(string $algorithm, string $name, int $size): void {
    $text = str_repeat('0123456789abcdef', intdiv($size, 16));
    $shapes = [
        'hash' => static fn(): string => hash($algorithm, $text, true),
        'openssl' => static fn(): string => openssl_digest($text, $algorithm, true),
        'rust' => static fn(): string => bench_hash($algorithm, $text),
    ];
    if ($algorithm === 'xxh3') {
        unset($shapes['openssl']); // It has none.
    }
    $calls = min(MOST_CALLS, intdiv(BYTES, $size));
    foreach ($shapes as $shape => $run) {
        $run() === hash($algorithm, $text, true) || throw new RuntimeException("$algorithm: $shape gives another hash");
        [$seconds] = measured(static function () use ($run, $calls): void {
            for ($left = $calls; $left > 0; $left--) {
                $run();
            }
        });
        $rates[$shape] = $calls * $size / 1e6 / max($seconds, 1e-6);
    }
    $shown = static fn(string $shape): string => isset($rates[$shape])
        ? sprintf('%10.0f %8.2fx', $rates[$shape], $rates[$shape] / $rates['hash']) : '-';
    printf("%-8s %-7s %16.0f %24s %24s\n", $algorithm, $name, $rates['hash'], $shown('openssl'), $shown('rust'));
}
