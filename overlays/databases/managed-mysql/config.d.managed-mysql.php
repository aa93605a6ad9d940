<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. TLS, verified with the host's name (config-dist.php, Moodle 4.5 to 5.3). The driver has no
// setting for an authority: PHP's own is set by managed-mysql.ini.
$CFG->dboptions['ssl'] = 'verify-full';
