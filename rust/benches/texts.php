<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// CPU time of fingerprints and reports, best of three: the extension, the plugin's plain PHP (a), and the least PHP that one would
// write by hand (b), which gives less. What they give is compared before anything is printed.

namespace plagiarism_quadrangle;

use RuntimeException;

use function benches\gate;
use function benches\measured;

require __DIR__ . '/../moodle/plagiarism_quadrangle/tests/bootstrap.php';
require __DIR__ . '/lean_texts.php';
require __DIR__ . '/measured.php';

const GATE = 3.0;
const K = 25;
const W = 20;
const WORDS = 3000;

$count = (int) ($argv[1] ?? 60);
$jit = opcache_get_status()['jit']['on'];
printf("%d texts of %d words, a third with a copied passage; k %d, w %d; JIT %s; PHP %s\n", $count, WORDS, K, W, $jit ? 'on (tracing)' : 'off', PHP_VERSION);
foreach (['English' => 'abcdefghijklmnopqrstuvwxyz', 'Greek' => 'αβγδεζηθικλμνξοπρστυφχψωάέίό'] as $name => $alphabet) {
    report($name, texts($count, preg_split('//u', $alphabet, -1, PREG_SPLIT_NO_EMPTY)));
}

function texts(int $count, array $alphabet): array {
    mt_srand(1);
    $words = [];
    for ($word = 0; $word < 5000; $word++) {
        $words[] = implode('', array_map(static fn() => $alphabet[mt_rand(0, count($alphabet) - 1)], range(1, mt_rand(2, 9))));
    }
    $texts = [];
    for ($text = 0; $text < $count; $text++) {
        $own = array_map(static fn() => $words[mt_rand(0, 4999)] . (mt_rand(0, 9) ? '' : ','), range(1, WORDS));
        if ($text % 3 === 2) {
            array_splice($own, mt_rand(0, WORDS - 200), 100, array_slice(explode(' ', $texts[mt_rand(0, $text - 1)]), mt_rand(0, WORDS - 200), 100));
        }
        $texts[] = implode(' ', $own);
    }
    return $texts;
}

function report(string $name, array $texts): void {
    $bytes = array_sum(array_map('strlen', $texts));
    printf("\n%s, %.2f MiB\n%-44s %8s %8s %8s\n", $name, $bytes / (1 << 20), '', 'CPU s', 'to (a)', 'to (b)');
    $lean = static fn(): array => array_map(static fn(string $text): array => lean_fingerprint($text, K, W), $texts);
    $found = compared('fingerprints', [
        '(a) plain PHP' => static fn(): array => plain::fingerprint($texts, K, W),
        '(b) lean PHP, without places and MinHash' => $lean,
        'extension' => static fn(): array => plagiarism_detector_fingerprint($texts, K, W),
    ]);
    [$packed, $hashes] = [$found['extension'], $found['(b) lean PHP, without places and MinHash']];
    $found = compared('report of all pairs', [
        '(a) plain PHP' => static fn(): array => plain::report($packed),
        '(b) lean PHP, without places' => static fn(): array => lean_report($hashes),
        'extension' => static fn(): array => plagiarism_detector_report($packed),
    ]);
    // Its 31 bits give lean PHP a few pairs by chance, with one hash in common.
    $real = array_filter($found['(b) lean PHP, without places'], static fn(int $shared): bool => $shared > 2);
    if (count($real) !== plagiarism_detector_report($packed, 3)['found']) {
        throw new RuntimeException('lean PHP finds other pairs');
    }
    compared('one text with all', [
        '(a) plain PHP' => static fn(): array => plain::compare($packed[0], $packed),
        '(b) lean PHP, without places' => static fn(): array => array_filter(array_map(static fn(array $other): array => array_intersect_key($hashes[0], $other), $hashes)),
        'extension' => static fn(): array => plagiarism_detector_compare($packed[0], $packed),
    ]);
    compared('from texts to the report', [
        '(a) plain PHP' => static fn(): array => plain::report(plain::fingerprint($texts, K, W)),
        '(b) lean PHP, without places and MinHash' => static fn(): array => lean_report($lean()),
        'extension' => static fn(): array => plagiarism_detector_report(plagiarism_detector_fingerprint($texts, K, W)),
    ], true);
}

/** What each shape gives; the extension and (a) must agree to the byte. */
function compared(string $name, array $shapes, bool $isgate = false): array {
    foreach ($shapes as $shape => $run) {
        [$times[], $found[$shape]] = measured($run);
    }
    if ($found['extension'] !== $found['(a) plain PHP']) {
        throw new RuntimeException("$name: the extension and plain PHP differ");
    }
    echo "$name\n";
    foreach (array_keys($shapes) as $index => $shape) {
        $time = max($times[$index], 1e-6);
        printf("  %-42s %8.4f %7.2fx %7.2fx\n", $shape, $time, $times[0] / $time, $times[1] / $time);
    }
    if ($isgate) {
        gate('plagiarism >= 3x against (a)', GATE, $times[0] / $times[2], "$name, JIT " . (opcache_get_status()['jit']['on'] ? 'on' : 'off'));
    }
    return $found;
}
