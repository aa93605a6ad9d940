<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// CPU time of totals by weighted mean and by natural weighting, best of three: the extension, the plugin's plain PHP (a), and the
// least PHP that one would write by hand for that one method (b). What they give is compared before anything is printed.

namespace local_gradebookfastpath;

use RuntimeException;

use function benches\gate;
use function benches\measured;

require __DIR__ . '/../moodle/local_gradebookfastpath/tests/bootstrap.php';
require __DIR__ . '/lean.php';
require __DIR__ . '/measured.php';

const WEIGHTED_MEAN = 10;
const NATURAL = 13;
const GATE = 3.0;
const AIM = 20.0;

[$students, $items] = array_map('intval', array_slice($argv, 1)) + [5000, 100];
$jit = opcache_get_status()['jit']['on'];
printf("%d students, %d items, 5 %% without a grade; JIT %s; PHP %s\n", $students, $items, $jit ? 'on (tracing)' : 'off', PHP_VERSION);
foreach ([WEIGHTED_MEAN => 'weighted mean, drop 5', NATURAL => 'natural weighting'] as $method => $name) {
    report($name, ...course($method, $students, $items));
}

/** A category, its items, and grades as numbers. */
function course(int $method, int $students, int $items): array {
    mt_srand(1);
    $category = [
        'aggregation' => $method, 'aggregateonlygraded' => 1, 'droplow' => $method === WEIGHTED_MEAN ? 5 : 0, 'keephigh' => 0,
        'gradetype' => 1, 'grademin' => 0, 'grademax' => 100, 'maxfactor' => 1, 'oldextracredit' => 0,
    ];
    $all = $rows = [];
    for ($item = 0; $item < $items; $item++) {
        $all[] = [
            'itemtype' => 'mod', 'grademin' => 0, 'grademax' => mt_rand(1, 10) * 10, 'aggregationcoef' => 0, 'aggregationcoef2' => 1 / $items,
            'weightoverride' => 0,
        ];
        $all[$item]['aggregationcoef'] = $method === WEIGHTED_MEAN ? mt_rand(1, 5) : 0;
    }
    for ($student = 0; $student < $students; $student++) {
        foreach ($all as $index => $item) {
            $rows[$student][$index] = mt_rand(1, 20) === 1 ? null : round(mt_rand() / mt_getrandmax() * $item['grademax'], 2);
        }
    }
    return [$category, $all, $rows];
}

function report(string $name, array $category, array $items, array $rows): void {
    $texts = array_map(static fn(array $row): array => array_map(static fn($v) => $v === null ? null : sprintf('%.5f', $v), $row), $rows);
    $pack = static fn(): string => implode('', array_map(static fn(array $row): string => pack_row($row), $rows));
    $packed = $pack();
    $lean = $category['aggregation'] === NATURAL ? 'lean_natural' : 'lean_weighted_mean';
    $shapes = [
        '(a) plain PHP, packed' => fn() => unpack('d*', plain::packed($category, $items, count($rows), $packed)['grades']),
        '(a) plain PHP, rows of texts' => fn() => plain::rows($category, $items, $texts)['grades'],
        '(b) lean PHP, rows of floats' => fn() => (__NAMESPACE__ . "\\$lean")($category, $items, $rows),
        'extension, rows of texts' => fn() => gradebook_fastpath_rows($category, $items, $texts)['grades'],
        'extension, rows of floats' => fn() => gradebook_fastpath_rows($category, $items, $rows)['grades'],
        'extension, packed' => fn() => unpack('d*', gradebook_fastpath_packed($category, $items, count($rows), $packed)['grades']),
    ];
    $times = [];
    foreach ($shapes as $shape => $run) {
        [$times[$shape], $found[$shape]] = measured($run);
    }
    compare($found);
    [$packing] = measured($pack);
    printf("\n%s (packing the grades in PHP: %.3f s)\n%-32s %8s %8s %8s\n", $name, $packing, '', 'CPU s', 'to (a)', 'to (b)');
    foreach ($times as $shape => $time) {
        $port = $times[str_contains($shape, 'texts') ? '(a) plain PHP, rows of texts' : '(a) plain PHP, packed'];
        printf("%-32s %8.4f %7.2fx %7.2fx\n", $shape, $time, $port / $time, $times['(b) lean PHP, rows of floats'] / $time);
    }
    $case = sprintf('%s, JIT %s', $name, opcache_get_status()['jit']['on'] ? 'on' : 'off');
    gate('batches >= 3x against (a)', GATE, $times['(a) plain PHP, rows of texts'] / $times['extension, rows of texts'], "rows of texts, $case");
    gate('packed batches >= 20x against (a), the aim', AIM, $times['(a) plain PHP, packed'] / $times['extension, packed'], "packed, $case");
}

function pack_row(array $row): string {
    return pack('d*', ...array_map(static fn(?float $grade): float => $grade ?? NAN, $row));
}

/** The extension and (a) must agree to the bit, (b) to more than the five decimals that Moodle stores. */
function compare(array $found): void {
    $found = array_map(static fn(array $totals): array => array_values($totals), $found);
    $exact = $found['extension, packed'];
    foreach ($found as $shape => $totals) {
        foreach ($totals as $student => $total) {
            $same = str_starts_with($shape, '(b)') ? abs($total - $exact[$student]) < 1e-6 : $total === $exact[$student];
            $same || throw new RuntimeException("$shape: $total instead of {$exact[$student]}");
        }
    }
}
