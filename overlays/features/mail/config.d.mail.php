<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. The environment decides whether mail reaches people, so that a copy of a site
// in another environment, users' addresses and all, writes to none of them. Nobody can change it in Moodle's settings.
$CFG->smtphosts = getenv('MOODLE_SMTP_HOST') . ':' . getenv('MOODLE_SMTP_PORT');
$CFG->smtpsecure = ['starttls' => 'tls', 'tls' => 'ssl', 'none' => ''][getenv('MOODLE_SMTP_SECURITY')]; // As PHPMailer calls them.
$CFG->smtpuser = (string) getenv('MOODLE_SMTP_USER');
$CFG->smtppass = $CFG->smtpuser === '' ? '' : $secret('moodle/' . getenv('MOODLE_SMTP_PASSWORD_PROPERTY'));
$CFG->noreplyaddress = getenv('MOODLE_NOREPLY_ADDRESS');
if (getenv('MOODLE_ENVIRONMENT') === getenv('MOODLE_MAIL_DELIVER_IN')) {
    $CFG->noemailever = false;
    $CFG->divertallemailsto = '';
} elseif ((string) getenv('MOODLE_MAIL_DIVERT_TO') !== '') {
    $CFG->noemailever = false;
    $CFG->divertallemailsto = getenv('MOODLE_MAIL_DIVERT_TO');
    $CFG->divertallemailsexcept = implode(',', array_map('preg_quote', array_filter(explode(',', (string) getenv('MOODLE_MAIL_DIVERT_EXCEPT')))));
} else {
    $CFG->noemailever = true;
}
