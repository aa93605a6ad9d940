<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the OpenID Connect issuer in Moodle, or brings it up to date; running it again changes nothing.
// Moodle's own API keeps providers in the database, so no setting in config.php could do this.

define('CLI_SCRIPT', true);
require getenv('MOODLE_CODE_ROOT') . '/config.php';

$secretfile = '/run/secrets/moodle/' . getenv('MOODLE_OAUTH_SECRET_PROPERTY');
if (!is_readable($secretfile)) {
    fwrite(STDERR, 'the Secret moodle has no ' . basename($secretfile) . "; add that property to the tenant's path in the secret store\n");
    exit(1);
}

\core\session\manager::set_user(get_admin());
$data = (object) [
    'name' => getenv('MOODLE_OAUTH_NAME'),
    'baseurl' => getenv('MOODLE_OAUTH_ISSUER'),
    'clientid' => getenv('MOODLE_OAUTH_CLIENT_ID'),
    'clientsecret' => rtrim(file_get_contents($secretfile), "\r\n"),
    'loginscopes' => getenv('MOODLE_OAUTH_SCOPES'),
    'loginscopesoffline' => getenv('MOODLE_OAUTH_SCOPES') . ' offline_access',
    'showonloginpage' => getenv('MOODLE_OAUTH_LOGIN_PAGE') === 'true' ? \core\oauth2\issuer::LOGINONLY : \core\oauth2\issuer::SERVICEONLY,
    'loginpagename' => getenv('MOODLE_OAUTH_NAME'),
    'enabled' => 1,
    'requireconfirmation' => 0,
];

// Which row is ours is remembered, so that a new name does not make a second one.
$id = (int) get_config('quadrangle', 'oauth_issuer');
$issuer = $id ? \core\oauth2\issuer::get_record(['id' => $id]) : false;
try {
    if (!$issuer) {
        $issuer = \core\oauth2\api::create_issuer($data);
        set_config('oauth_issuer', $issuer->get('id'), 'quadrangle');
        echo "issuer made: {$issuer->get('name')}\n";
    } else {
        $changed = array_filter((array) $data, static fn($value, $key) => (string) $issuer->get($key) !== (string) $value, ARRAY_FILTER_USE_BOTH);
        if ($changed) {
            $data->id = $id;
            \core\oauth2\api::update_issuer($data);
        }
        echo $changed ? 'issuer changed: ' . implode(', ', array_keys($changed)) : 'issuer as it should be', "\n";
    }
} catch (\moodle_exception $error) {
    fwrite(STDERR, "Moodle refuses the issuer: {$error->getMessage()}; is its discovery document reachable (network.egress, curlsecurityblockedhosts)?\n");
    exit(1);
}
\core\plugininfo\auth::enable_plugin('oauth2', 1);
