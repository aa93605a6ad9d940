<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. The platform's word here cannot be changed in Moodle's settings.
$CFG->authpreventaccountcreation = getenv('MOODLE_OAUTH_ACCOUNT_CREATION') !== 'true';
