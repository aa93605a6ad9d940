<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['calculate'] = 'Calculate';
$string['current'] = 'Grade so far (%)';
$string['goal'] = 'Goal (%)';
$string['impossible'] = 'The goal cannot be reached any more.';
$string['needed'] = 'You need {} % in what is left.';
$string['pluginname'] = '@title@';
$string['privacy:metadata'] = 'This plugin stores no personal data.';
$string['reached'] = 'The goal is reached already.';
$string['weight'] = 'Weight of what is left (%)';
