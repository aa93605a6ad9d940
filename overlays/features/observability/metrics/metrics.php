<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Prometheus' text format.

/** Print one metric with one value. */
function metric(string $name, string $type, string $help, int|float|bool $value, array $labels = []): void {
    $pairs = array_map(
        static fn(string $key, string $text): string => $key . '="' . strtr($text, ['\\' => '\\\\', '"' => '\\"', "\n" => '\\n']) . '"',
        array_keys($labels),
        $labels,
    );
    echo "# HELP $name $help\n# TYPE $name $type\n$name", $pairs ? '{' . implode(',', $pairs) . '}' : '', ' ', +$value, "\n";
}
