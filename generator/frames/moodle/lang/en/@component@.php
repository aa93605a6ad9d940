<?php
// SPDX-License-Identifier: GPL-3.0-or-later

defined('MOODLE_INTERNAL') || die();

$string['@name@:view'] = 'See when participants were last in the course';
$string['day'] = 'Within a day';
$string['lastvisit'] = 'Last visit';
$string['longer'] = 'Longer ago';
$string['month'] = 'Within 30 days';
$string['never'] = 'Never';
$string['pluginname'] = '@title@';
$string['privacy:metadata'] = 'This plugin stores no personal data.';
$string['week'] = 'Within a week';
