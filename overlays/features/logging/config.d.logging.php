<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What Moodle keeps of its users' doings, and for how long; nobody can change it in Moodle's settings. Names as of Moodle 4.5 to 5.3:
// the settings of logstore_standard are days and a number of rows, those of core tasks seconds and runs.
$CFG->forced_plugin_settings['tool_log']['enabled_stores'] = getenv('MOODLE_LOG_STORES');
$CFG->forced_plugin_settings['logstore_standard']['loglifetime'] = (int) getenv('MOODLE_LOG_DAYS');
$CFG->forced_plugin_settings['logstore_standard']['logguests'] = getenv('MOODLE_LOG_GUESTS') === 'true' ? 1 : 0;
$CFG->forced_plugin_settings['logstore_standard']['buffersize'] = 50;
$CFG->task_logretention = (int) getenv('MOODLE_TASK_LOG_DAYS') * 86400;
$CFG->task_logtostdout = 1; // Cron's pods print what their tasks say.
