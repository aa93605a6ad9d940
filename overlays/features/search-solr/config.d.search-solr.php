<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. Settings of core's plugin search_solr (Moodle 4.5 to 5.3), forced.
$user = (string) getenv('MOODLE_SOLR_USER');
$CFG->forced_plugin_settings['search_solr'] = [
    'server_hostname' => getenv('MOODLE_SOLR_HOST'),
    'server_port' => (int) getenv('MOODLE_SOLR_PORT'),
    'secure' => getenv('MOODLE_SOLR_TLS') === 'true' ? 1 : 0,
    'indexname' => getenv('MOODLE_SOLR_INDEX'),
    'server_username' => $user,
    'server_password' => $user === '' ? '' : $secret('moodle/' . getenv('MOODLE_SOLR_PASSWORD_PROPERTY')),
    'fileindexing' => getenv('MOODLE_SOLR_FILES') === 'true' ? 1 : 0,
];
unset($user);
