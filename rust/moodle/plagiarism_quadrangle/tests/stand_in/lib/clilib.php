<?php
// SPDX-License-Identifier: GPL-3.0-or-later

function cli_get_params(array $longoptions, array $shortmapping): array {
    $options = $longoptions;
    $unknown = [];
    foreach (array_slice($_SERVER['argv'], 1) as $argument) {
        [$name, $value] = explode('=', ltrim($argument, '-'), 2) + [1 => true];
        array_key_exists($name, $options) ? $options[$name] = $value : $unknown[] = $argument;
    }
    return [$options, $unknown];
}

function cli_write(string $text): void {
    echo $text;
}

function cli_writeln(string $text): void {
    echo "$text\n";
}

function cli_problem(string $text): void {
    fwrite(STDERR, "$text\n");
}
