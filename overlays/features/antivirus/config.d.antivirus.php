<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. The scanner of this namespace, forced: nobody can switch it off in Moodle's settings.
$CFG->antiviruses = 'clamav';
$CFG->forced_plugin_settings['antivirus_clamav'] = [
    'runningmethod' => 'tcpsocket',
    'tcpsockethost' => 'clamav',
    'tcpsocketport' => 3310,
    'clamfailureonupload' => getenv('MOODLE_ANTIVIRUS_ON_FAILURE'),
    'tries' => 3,
];
$CFG->forced_plugin_settings['antivirus']['enablequarantine'] = getenv('MOODLE_ANTIVIRUS_QUARANTINE') === 'true' ? 1 : 0;
