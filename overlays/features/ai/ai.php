<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the AI providers in Moodle, or brings them up to date; running it again changes nothing. Moodle keeps them in the database, with
// endpoint and model for each action. The API is that of Moodle 5.0 to 5.3 (ai/classes/manager.php).

define('CLI_SCRIPT', true);
require getenv('MOODLE_CODE_ROOT') . '/config.php';

const PROVIDER = 'aiprovider_openai\provider';
const DEFAULTS = ['userHourly' => 30, 'siteHourly' => 1000]; // As in schema.yaml.

function settings_of(array $said): array {
    $key = 'none'; // Moodle calls a provider without a key not configured; the model in the cluster asks for none.
    if (isset($said['secretProperty'])) {
        $file = (getenv('MOODLE_SECRETS') ?: '/run/secrets') . '/moodle/' . $said['secretProperty'];
        if (!is_readable($file)) {
            throw new RuntimeException("the Secret moodle has no {$said['secretProperty']}; add that property to the tenant's path in the secret store");
        }
        $key = rtrim(file_get_contents($file), "\r\n");
    }
    return [
        'apikey' => $key,
        'enableuserratelimit' => true,
        'userratelimit' => $said['userHourly'],
        'enableglobalratelimit' => true,
        'globalratelimit' => $said['siteHourly'],
    ];
}

/** Moodle's own defaults of every action, with our endpoint and model in those that are allowed. */
function actions_of(array $said, array $defaults): array {
    foreach ($defaults as $class => $action) {
        $name = substr($class, strrpos($class, '\\') + 1);
        $allowed = in_array($name, $said['actions'], true);
        $defaults[$class]['enabled'] = $allowed;
        if ($allowed) {
            $defaults[$class]['settings']['endpoint'] = $said['endpoint'] . ($name === 'generate_image' ? '/images/generations' : '/chat/completions');
            $defaults[$class]['settings']['model'] = $said['model'];
        }
    }
    return $defaults;
}

/** The row of the provider, made or changed; its id, and what was done. */
function bring_up_to_date(\core_ai\manager $manager, int $id, array $said): array {
    $config = settings_of($said);
    $found = $id ? $manager->get_provider_instances(['id' => $id]) : [];
    if (!$found) {
        $actions = actions_of($said, (PROVIDER)::initialise_action_settings());
        return [(int) $manager->create_provider_instance(PROVIDER, $said['name'], true, $config, $actions)->id, 'made'];
    }
    $provider = reset($found);
    $actions = actions_of($said, $provider->actionconfig + (PROVIDER)::initialise_action_settings());
    $changed = array_keys(array_filter([
        'name' => $provider->name !== $said['name'],
        'settings' => $config != array_intersect_key($provider->config, $config),
        'actions' => $actions != $provider->actionconfig,
    ]));
    if ($changed) {
        $provider = $manager->update_provider_instance($provider->with(name: $said['name']), $config + $provider->config, $actions);
    }
    if (!$provider->enabled) {
        $manager->enable_provider_instance($provider);
        $changed[] = 'enabled';
    }
    return [$id, $changed ? 'changed: ' . implode(', ', $changed) : 'as it should be'];
}

\core\session\manager::set_user(get_admin());
$manager = \core\di::get(\core_ai\manager::class);
$providers = json_decode(file_get_contents(__DIR__ . '/providers.json'), true, 8, JSON_THROW_ON_ERROR);
$rows = json_decode((string) get_config('quadrangle', 'ai_providers'), true) ?: [];
$failed = false;
foreach ($providers as $key => $said) {
    try {
        [$rows[$key], $done] = bring_up_to_date($manager, $rows[$key] ?? 0, $said + DEFAULTS);
        set_config('ai_providers', json_encode($rows), 'quadrangle');
        echo "$key: $done\n";
    } catch (RuntimeException $error) {
        $failed = true;
        fwrite(STDERR, "$key: {$error->getMessage()}\n");
    }
}
$alone = getenv('MOODLE_AI_OTHERS') === 'disable' || getenv('MOODLE_AI_LOCAL_ONLY') === 'true'; // Whoever may ask Services of the namespace alone keeps none.
$ours = array_map('intval', array_intersect_key($rows, $providers));
foreach ($manager->get_provider_instances() as $provider) { // What git no longer has, and what somebody made by hand.
    $id = (int) $provider->id;
    if ($provider->enabled && !in_array($id, $ours, true) && (in_array($id, $rows, true) || $alone)) {
        $manager->disable_provider_instance($provider);
        echo "{$provider->name}: switched off\n";
    }
}
exit($failed ? 1 : 0);
