<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the OpenID Connect issuers in Moodle, or brings them up to date; running it again changes nothing. Moodle keeps providers in the
// database, so no setting in config.php could do this. The API is that of Moodle 4.5 to 5.3 (lib/classes/oauth2/api.php).

define('CLI_SCRIPT', true);
require getenv('MOODLE_CODE_ROOT') . '/config.php';

const DEFAULTS = ['scopes' => 'openid profile email', 'loginPage' => true]; // As in schema.yaml.

function issuer_data(array $provider): stdClass {
    $file = (getenv('MOODLE_SECRETS') ?: '/run/secrets') . '/moodle/' . $provider['secretProperty'];
    if (!is_readable($file)) {
        throw new RuntimeException("the Secret moodle has no {$provider['secretProperty']}; add that property to the tenant's path in the secret store");
    }
    return (object) [
        'name' => $provider['name'],
        'baseurl' => $provider['issuer'],
        'clientid' => $provider['clientId'],
        'clientsecret' => rtrim(file_get_contents($file), "\r\n"),
        'loginscopes' => $provider['scopes'],
        'loginscopesoffline' => $provider['scopes'] . ' offline_access',
        'showonloginpage' => $provider['loginPage'] ? \core\oauth2\issuer::LOGINONLY : \core\oauth2\issuer::SERVICEONLY,
        'loginpagename' => $provider['name'],
        'enabled' => 1,
        'requireconfirmation' => 0,
    ];
}

/** The row of the provider, made or changed; its id, and what was done. */
function bring_up_to_date(int $id, stdClass $data): array {
    $issuer = $id ? \core\oauth2\issuer::get_record(['id' => $id]) : false;
    if (!$issuer) {
        return [(int) \core\oauth2\api::create_issuer($data)->get('id'), 'made'];
    }
    $changed = array_filter((array) $data, static fn($value, $key) => (string) $issuer->get($key) !== (string) $value, ARRAY_FILTER_USE_BOTH);
    if ($changed) {
        $data->id = $id;
        \core\oauth2\api::update_issuer($data);
    }
    return [$id, $changed ? 'changed: ' . implode(', ', array_keys($changed)) : 'as it should be'];
}

\core\session\manager::set_user(get_admin());
$providers = json_decode(file_get_contents(__DIR__ . '/providers.json'), true, 8, JSON_THROW_ON_ERROR);
// Which row is whose is remembered by the provider's word, so that a new name or address does not make a second one.
$rows = json_decode((string) get_config('quadrangle', 'oauth_issuers'), true) ?: [];
$failed = false;
foreach ($providers as $key => $provider) {
    try {
        [$rows[$key], $done] = bring_up_to_date($rows[$key] ?? 0, issuer_data($provider + DEFAULTS));
        set_config('oauth_issuers', json_encode($rows), 'quadrangle');
        echo "$key: $done\n";
    } catch (RuntimeException $error) {
        $failed = true;
        fwrite(STDERR, "$key: {$error->getMessage()}\n");
    } catch (\moodle_exception $error) {
        $failed = true;
        fwrite(STDERR, "$key: Moodle refuses the issuer: {$error->getMessage()}; is its discovery document reachable (network.egress, curlsecurityblockedhosts)?\n");
    }
}
// A provider that git no longer has lets nobody in. Its row stays: accounts are linked to it.
foreach (array_diff_key($rows, $providers) as $key => $id) {
    $issuer = \core\oauth2\issuer::get_record(['id' => $id]);
    if ($issuer && $issuer->get('enabled')) {
        \core\oauth2\api::disable_issuer($id);
        echo "$key: switched off\n";
    }
}
\core\plugininfo\auth::enable_plugin('oauth2', 1);
exit($failed ? 1 : 0);
