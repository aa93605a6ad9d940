<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. Settings of the learning kit's plugin local_transcoder, forced; without the plugin
// they say nothing. The first key signs. The transcoder's Service, which has a private address, may be called.
$CFG->forced_plugin_settings['local_transcoder'] = [
    'enabled' => 1,
    'url' => 'http://transcoder',
    'baseurl' => $CFG->wwwroot . '/media',
    'key' => (string) strtok($secret('moodle/' . getenv('MOODLE_TRANSCODER_KEY_PROPERTY')), "\r\n"),
    'seconds' => (int) getenv('MOODLE_TRANSCODER_EXPIRE_SECONDS'),
];
(require __DIR__ . '/inside.php')($CFG, 'transcoder');
