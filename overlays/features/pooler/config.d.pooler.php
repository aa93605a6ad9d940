<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG is at hand. PgBouncer takes no options with a connection, so Moodle sends none (config-dist.php, Moodle 4.5
// to 5.3); what it would ask for, UTF-8 and standard strings, is the database's own default. Locks stay PostgreSQL's: the mode is session.
$CFG->dboptions['dbhandlesoptions'] = true;
