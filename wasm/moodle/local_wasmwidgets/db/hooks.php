<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$callbacks = [
    [
        'hook' => \core\hook\output\before_http_headers::class,
        'callback' => [\local_wasmwidgets\hook_callbacks::class, 'before_http_headers'],
    ],
    [
        'hook' => \core\hook\output\before_http_headers::class,
        'callback' => [\local_wasmwidgets\pdf_hooks::class, 'before_http_headers'],
    ],
    [
        'hook' => \core\hook\output\before_footer_html_generation::class,
        'callback' => [\local_wasmwidgets\pdf_hooks::class, 'before_footer'],
    ],
];
