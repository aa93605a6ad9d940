<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The page: a form that the server answers. Where JavaScript and WebAssembly run, amd/src/widget.js answers while one types.

require(__DIR__ . '/@root@/config.php');

use @component@\form;

require_login();
$PAGE->set_context(context_system::instance());
$PAGE->set_url('/@installed@/index.php');
$PAGE->set_title(get_string('pluginname', '@component@'));
$PAGE->set_heading(get_string('pluginname', '@component@'));

$given = array_map(static fn(string $name): string => optional_param($name, '', PARAM_RAW_TRIMMED), form::FIELDS);
$form = new form(array_combine(form::FIELDS, $given), static fn(string $name): string => get_string($name, '@component@'));
$module = __DIR__ . '/amd/build/widget.wasm';
if (is_readable($module)) {
    // What the browser loads is what lies here, or nothing.
    $integrity = 'sha384-' . base64_encode(hash_file('sha384', $module, true));
    $url = new moodle_url('/@installed@/amd/build/widget.wasm', ['v' => get_config('@component@', 'version')]);
    $PAGE->requires->js_call_amd('@component@/widget', 'start', ['#@component@', $url->out(false), $integrity]);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('pluginname', '@component@'));
echo $form->html($PAGE->url->out_omit_querystring());
echo $OUTPUT->footer();
