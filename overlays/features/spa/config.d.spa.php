<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. Core's own way for apps (Moodle 4.5 to 5.3): after a login in the browser,
// /admin/tool/mobile/launch.php leads to `<scheme>://token=...`. The scheme forced here is the front end's address with a fragment: the
// token reaches that one page, no server and no log, and nobody can ask for it to be sent elsewhere.
$CFG->enablewebservices = 1;
$CFG->enablemobilewebservice = 1;
$CFG->webserviceprotocols = 'rest';
$CFG->tokenduration = 86400 * (int) getenv('MOODLE_SPA_TOKEN_DAYS');
$CFG->forced_plugin_settings['tool_mobile']['typeoflogin'] = 2; // tool_mobile\api::LOGIN_VIA_BROWSER.
$CFG->forced_plugin_settings['tool_mobile']['forcedurlscheme'] = getenv('MOODLE_SPA_ORIGIN') . getenv('MOODLE_SPA_PATH') . '#moodle';
