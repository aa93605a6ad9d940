<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What the scripts of this ConfigMap share. No Moodle is started here: settings, secrets, raw SQL, the version baked into the code.

require __DIR__ . '/database.php';

function setting(string $name): string {
    $value = getenv($name);
    if ($value === false || $value === '') {
        throw new RuntimeException("the setting $name is missing from the ConfigMap moodle-env");
    }
    return $value;
}

function secret(string $path): string {
    $folder = (getenv('MOODLE_SECRETS') ?: '/run/secrets') . '/' . dirname($path);
    $data = is_link("$folder/..data") ? '/' . readlink("$folder/..data") : ''; // As config.php does it, for ready.php runs on too.
    $file = "$folder$data/" . basename($path);
    if (!is_readable($file)) {
        throw new RuntimeException("the Secret has no $path; see the ExternalSecret of that name and the store behind it");
    }
    return rtrim(file_get_contents($file), "\r\n");
}

function code_root(): string {
    $root = setting('MOODLE_CODE_ROOT');
    return is_dir("$root/public") ? "$root/public" : $root;
}

/** Moodle's \$version as the image has it, read as text. */
function code_version(): float {
    $file = code_root() . '/version.php';
    if (!is_readable($file) || !preg_match('/^\s*\$version\s*=\s*([0-9]+(?:\.[0-9]+)?)\s*;/m', file_get_contents($file), $match)) {
        throw new RuntimeException("$file tells no version; is this Moodle's image?");
    }
    return (float) $match[1];
}

/** The one value of Moodle's table config, or null: no such table, no such row. */
function database_config(PgSql\Connection|mysqli $connection, string $name): ?string {
    if (!has_config_table($connection)) {
        return null;
    }
    return rows($connection, 'SELECT value FROM mdl_config WHERE name = ?', [$name])[0]['value'] ?? null;
}

/** The release of an upgrade that has begun and is not done, which upgrade.php writes: pods of that release must not serve yet. */
function upgrade_begun(PgSql\Connection|mysqli $connection): ?string {
    return database_config($connection, 'quadrangle_upgrade');
}

function has_config_table(PgSql\Connection|mysqli $connection): bool {
    $schema = speaks_mysql() ? 'DATABASE()' : 'current_schema()';
    return (bool) rows($connection, "SELECT 1 FROM information_schema.tables WHERE table_schema = $schema AND table_name = 'mdl_config'");
}

function database_version(PgSql\Connection|mysqli $connection): ?float {
    $value = database_config($connection, 'version');
    return $value === null ? null : (float) $value;
}
