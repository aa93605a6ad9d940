<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. Settings of the learning kit's plugin local_worker, forced; without the plugin
// they say nothing. The worker's Service, which has a private address, may be called.
$CFG->forced_plugin_settings['local_worker'] = [
    'enabled' => 1,
    'url' => 'http://worker',
    'token' => $secret('moodle/' . getenv('MOODLE_WORKER_TOKEN_PROPERTY')),
];
(require __DIR__ . '/inside.php')($CFG, 'worker');
