<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// For `php -S`: pages that imitate Moodle's (Bootstrap's styles, RequireJS as AMD loader, the plugin's own PHP), one for each widget.
// /POLICY/SCHEME/DIRECTION/LANGUAGE/WIDGET; POLICY is `run`, `refuse` (the policy does not let WebAssembly run) or `wrong` (another hash).

use local_wasmwidgets\pack;

require dirname(__DIR__, 2) . '/moodle/local_wasmwidgets/tests/stand_in/moodle.php';
require __DIR__ . '/samples.php';
require __DIR__ . '/pages.php';
require __DIR__ . '/pdf.php';
require __DIR__ . '/questions.php';

const ROOT = __DIR__ . '/../..';
const DIST = ROOT . '/dist/local_wasmwidgets';
const FILES = [
    '/bootstrap.css' => [ROOT . '/node_modules/bootstrap/dist/css/bootstrap.min.css', 'text/css'],
    '/require.js' => [ROOT . '/node_modules/requirejs/require.js', 'text/javascript'],
    '/boot.js' => [__DIR__ . '/boot.js', 'text/javascript'],
    '/amd/widgets.js' => [DIST . '/amd/build/widgets.min.js', 'text/javascript'],
    '/local/wasmwidgets/pack/widgets.css' => [DIST . '/pack/widgets.css', 'text/css'],
    '/local/wasmwidgets/pack/widgets.wasm' => [DIST . '/pack/widgets.wasm', 'application/wasm'],
];

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (isset(FILES[$path])) {
    header('Content-Type: ' . FILES[$path][1]);
    readfile(FILES[$path][0]);
    return;
}
if (pdf_serves($path)) {
    return;
}
if ($path === '/clock') { // As clock.php of the plugin answers.
    header('Content-Type: application/json');
    echo json_encode(['now' => site_time() * 1000, 'end' => $_GET['end'] * 1000]);
    return;
}
$parts = explode('/', trim($path, '/'));
if (count($parts) !== 5 || !function_exists("page_$parts[4]")) {
    http_response_code($path === '/favicon.ico' ? 204 : 404);
    return;
}
[$policy, $scheme, $direction, $language, $name] = $parts;
// As overlays/features/wasm-widgets sends it, and stricter: no inline styles either.
$run = $policy === 'refuse' ? '' : "'wasm-unsafe-eval' ";
header("Content-Security-Policy: script-src 'self' {$run}blob:; style-src 'self'; object-src 'none'; base-uri 'self'");
$arguments = (new pack(DIST . '/pack'))->arguments($name);
if ($policy === 'wrong') {
    $arguments[2] = 'sha384-' . base64_encode(str_repeat("\0", 48));
}
$content = ("page_$name")();
$css = (new pack(DIST . '/pack'))->url('widgets.css');
$more = $name === 'pdf' ? '<link rel="stylesheet" href="' . s((new pack(DIST . '/pack'))->url('pdf.css')) . '">' : '';
$module = $name === 'pdf' ? 'pdf' : 'widgets';
$attributes = 'dir="' . s($direction) . '" data-bs-theme="' . s($scheme) . '" lang="' . ($language === 'xx' ? 'en' : s($language)) . '"';
echo "<!DOCTYPE html><html $attributes><head><meta charset=\"utf-8\"><title>A page like Moodle's</title>
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><link rel=\"stylesheet\" href=\"/bootstrap.css\">
<link rel=\"stylesheet\" href=\"" . s($css) . "\">$more</head><body><nav class=\"navbar border-bottom mb-3\" aria-label=\"Site\"><div class=\"container\">
<a class=\"navbar-brand\" href=\"#main\">Course</a><button class=\"btn btn-primary\" type=\"button\">Moodle's button</button></div></nav>
<main class=\"container\" id=\"main\"><h1 class=\"h3\">" . s(ucfirst($name)) . "</h1>$content</main>
<script src=\"/require.js\"></script><script src=\"/boot.js\" data-module=\"$module\" data-arguments=\"" . s(json_encode($arguments)) . '"></script></body></html>';
