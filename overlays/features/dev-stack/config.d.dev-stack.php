<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// http://localhost: nginx says HTTPS and its own port to every site, which here is not so (lib/setuplib.php, initialise_fullme, 4.5 to 5.3).

if (isset($_SERVER['SERVER_PORT'])) { // Not on the command line.
    unset($_SERVER['HTTPS']);
    $_SERVER['SERVER_PORT'] = (string) parse_url($CFG->wwwroot, PHP_URL_PORT);
}
$CFG->sslproxy = false;
$CFG->cookiesecure = false;
$CFG->smtphosts = 'mail:1025';
$CFG->smtpsecure = '';
