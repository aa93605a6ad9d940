<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// smoke.php URL: whether the pods behind the URL serve this site. It only reads: the login page, and the style sheet that it names.
// While the site is in maintenance the maintenance page is the right answer. Tried again for a while, for a Service learns late.

require __DIR__ . '/lib.php';

[, $base] = $argv + [1 => 'http://moodle'];
$patience = getenv('SMOKE_SECONDS');
$patience = $patience === false ? 60 : (int) $patience;

/** Status, headers in one text, and body of the answer. */
function ask(string $url): array {
    $headers = ['Host: ' . setting('MOODLE_HOST'), 'X-Forwarded-Proto: https', 'X-Forwarded-Host: ' . setting('MOODLE_HOST')];
    $context = stream_context_create(['http' => [
        'header' => $headers, 'timeout' => 20, 'ignore_errors' => true, 'follow_location' => 0,
    ]]);
    $body = @file_get_contents($url, false, $context);
    if ($body === false) {
        throw new RuntimeException("$url does not answer: " . (error_get_last()['message'] ?? 'no reason is known'));
    }
    $said = implode("\n", $http_response_header);
    return [(int) substr($said, 9, 3), $said, $body];
}

function look(string $base): string {
    [$status, , $page] = ask("$base/login/index.php");
    if (is_file((getenv('MOODLE_DATAROOT') ?: '/var/moodledata') . '/climaintenance.html')) {
        if ($status !== 503) {
            throw new RuntimeException("the site is in maintenance, and its login page answers with $status instead of 503");
        }
        return 'the maintenance page is served';
    }
    if (in_array($status, [302, 303, 307], true)) { // People log in elsewhere; Moodle has asked its database to know that.
        return 'the login page sends people to where they log in';
    }
    if ($status !== 200 || !str_contains($page, 'id="page-login-index"')) {
        throw new RuntimeException("the login page answers with $status and is none");
    }
    if (!preg_match('~<link[^>]+href="https?://[^/"]+(/[^"]*styles\.php[^"]*)"~', $page, $match)) {
        throw new RuntimeException('the login page names no style sheet');
    }
    [$status, $headers, $body] = ask($base . html_entity_decode($match[1]));
    if ($status !== 200 || !preg_match('~^content-type: *text/css~im', $headers) || $body === '') {
        throw new RuntimeException("the style sheet answers with $status");
    }
    return 'the login page and its style sheet are served';
}

for ($end = time() + $patience; ; sleep(2)) {
    try {
        echo 'smoke: ', look($base), "\n";
        exit(0);
    } catch (RuntimeException $error) {
        if (time() >= $end) {
            echo 'smoke: ', $error->getMessage(), "\n";
            exit(1);
        }
    }
}
