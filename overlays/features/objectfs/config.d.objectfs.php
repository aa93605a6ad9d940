<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. All that decides whether a file is safe is forced: by its own defaults
// tool_objectfs leaves files below 10 KiB where they are, and all others for seven days.
if (($_SERVER['argv'][0] ?? '') !== 'install_database.php') { // The plugin's tables are not there while Moodle is installed.
    $CFG->alternative_file_system_class = '\tool_objectfs\s3_file_system';
}
$workload = getenv('MOODLE_OBJECTFS_CREDENTIALS') === 'workload';
$CFG->forced_plugin_settings['tool_objectfs'] = [
    'enabletasks' => 1,
    'filesystem' => '\tool_objectfs\s3_file_system',
    's3_bucket' => getenv('MOODLE_OBJECTFS_BUCKET'),
    's3_region' => getenv('MOODLE_OBJECTFS_REGION'),
    's3_base_url' => getenv('MOODLE_OBJECTFS_ENDPOINT'),
    's3_usesdkcreds' => $workload ? 1 : 0,
    's3_key' => $workload ? '' : $secret('moodle/' . getenv('MOODLE_OBJECTFS_KEY_PROPERTY')),
    's3_secret' => $workload ? '' : $secret('moodle/' . getenv('MOODLE_OBJECTFS_SECRET_PROPERTY')),
    'key_prefix' => getenv('MOODLE_OBJECTFS_PREFIX') . '/', // Without the slash at its end it would be part of the file's name.
    'sizethreshold' => 0,
    'minimumage' => 0,
    'maxtaskruntime' => 600,
    'consistencydelay' => 60 * (int) getenv('MOODLE_OBJECTFS_CONSISTENCY_MINUTES'),
    'deletelocal' => getenv('MOODLE_OBJECTFS_REMOVE_LOCAL') === 'true' ? 1 : 0,
    'deleteexternal' => 0, // What a bug or an intruder takes out of Moodle stays in the bucket.
    'preferexternal' => 0,
    'enablepresignedurls' => 0,
];
unset($workload);
