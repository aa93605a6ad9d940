<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The pod's own numbers, of PHP-FPM and nginx, named as the usual exporters name them. No database and no Moodle is asked.

require __DIR__ . '/metrics.php';

/** What nginx answers under a path of this very server, or null. */
function status(string $path): ?string {
    $context = stream_context_create(['http' => ['timeout' => 3]]);
    $text = @file_get_contents('http://127.0.0.1:' . $_SERVER['SERVER_PORT'] . $path, false, $context);
    return $text === false ? null : $text;
}

header('Content-Type: text/plain; version=0.0.4');

$php = json_decode(status('/status/php') ?? '', true);
metric('phpfpm_up', 'gauge', 'Whether PHP-FPM told its status.', is_array($php));
metric('phpfpm_max_children', 'gauge', 'Workers that the pool may have.', (int) getenv('PHP_WORKERS'), ['pool' => 'moodle']);
foreach (is_array($php) ? [
    'accepted_connections' => ['counter', 'accepted conn', 'Requests accepted by the pool.'],
    'active_processes' => ['gauge', 'active processes', 'Workers at work.'],
    'idle_processes' => ['gauge', 'idle processes', 'Workers with nothing to do.'],
    'total_processes' => ['gauge', 'total processes', 'Workers.'],
    'max_children_reached' => ['counter', 'max children reached', 'How often all workers were at work and one more was wanted.'],
] : [] as $name => [$type, $field, $help]) {
    metric("phpfpm_$name", $type, $help, (int) $php[$field], ['pool' => $php['pool']]);
}

$nginx = status('/status/nginx');
$form = '/^Active connections: (\d+).*?(\d+) (\d+) (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)/s';
$found = preg_match($form, $nginx ?? '', $number);
metric('nginx_up', 'gauge', 'Whether nginx told its status.', (bool) $found);
foreach ($found ? [
    'nginx_connections_active' => ['gauge', 1, 'Open connections.'],
    'nginx_connections_accepted' => ['counter', 2, 'Connections accepted.'],
    'nginx_connections_handled' => ['counter', 3, 'Connections handled.'],
    'nginx_http_requests_total' => ['counter', 4, 'Requests.'],
    'nginx_connections_reading' => ['gauge', 5, 'Connections on which a request is read.'],
    'nginx_connections_writing' => ['gauge', 6, 'Connections on which an answer is written.'],
    'nginx_connections_waiting' => ['gauge', 7, 'Connections kept open.'],
] : [] as $name => [$type, $place, $help]) {
    metric($name, $type, $help, (int) $number[$place]);
}
