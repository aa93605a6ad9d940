<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Switches on the web service of core whose tokens the front end gets, and lets users call it by REST; running it again changes nothing.
// Moodle keeps both in the database, so no setting in config.php could. As the administrator's switch "Enable web services for mobile
// devices" does it in Moodle 4.5 to 5.3.

define('CLI_SCRIPT', true);
require getenv('MOODLE_CODE_ROOT') . '/config.php';
require_once $CFG->dirroot . '/webservice/lib.php';

\core\session\manager::set_user(get_admin());
$services = new webservice();
$service = $services->get_external_service_by_shortname('moodle_mobile_app');
if (!$service) {
    fwrite(STDERR, "Moodle has no service moodle_mobile_app; was it deleted by hand? An upgrade of Moodle makes it anew\n");
    exit(1);
}
if (!$service->enabled) {
    $service->enabled = 1;
    $services->update_external_service($service);
    echo "service: switched on\n";
}
$context = \core\context\system::instance();
$allowed = $DB->get_field('role_capabilities', 'permission', [
    'roleid' => $CFG->defaultuserroleid,
    'capability' => 'webservice/rest:use',
    'contextid' => $context->id,
]);
if ((int) $allowed !== CAP_ALLOW) {
    assign_capability('webservice/rest:use', CAP_ALLOW, $CFG->defaultuserroleid, $context->id, true);
    echo "users: may call it by REST\n";
}
echo "web service: as it should be\n";
