<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// What the scripts of this ConfigMap share. No Moodle is started here: settings, secrets, raw SQL, the version baked into the code.

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

function connect(int $timeout = 5): PgSql\Connection {
    $quote = static fn(string $value): string => "'" . addcslashes($value, "'\\") . "'";
    $dsn = '';
    foreach ([
        'host' => setting('MOODLE_DB_HOST'),
        'port' => setting('MOODLE_DB_PORT'),
        'dbname' => setting('MOODLE_DB_NAME'),
        'user' => secret('moodle-db/username'),
        'password' => secret('moodle-db/password'),
        'connect_timeout' => (string) $timeout,
        'application_name' => 'moodle-scripts',
    ] as $key => $value) {
        $dsn .= "$key=" . $quote($value) . ' ';
    }
    set_error_handler(static fn(int $level, string $message) => throw new RuntimeException(trim($message)));
    try {
        $connection = pg_connect($dsn, PGSQL_CONNECT_FORCE_NEW);
    } finally {
        restore_error_handler();
    }
    return $connection;
}

/** The one value of Moodle's table config, or null: no such table, no such row. */
function database_config(PgSql\Connection $connection, string $name): ?string {
    if (!has_config_table($connection)) {
        return null;
    }
    $result = pg_query_params($connection, 'SELECT value FROM mdl_config WHERE name = $1', [$name]);
    return pg_num_rows($result) ? pg_fetch_result($result, 0, 0) : null;
}

/** The release of an upgrade that has begun and is not done, which upgrade.php writes: pods of that release must not serve yet. */
function upgrade_begun(PgSql\Connection $connection): ?string {
    return database_config($connection, 'quadrangle_upgrade');
}

function has_config_table(PgSql\Connection $connection): bool {
    return pg_fetch_result(pg_query($connection, "SELECT to_regclass('mdl_config') IS NOT NULL"), 0, 0) === 't';
}

function database_version(PgSql\Connection $connection): ?float {
    $value = database_config($connection, 'version');
    return $value === null ? null : (float) $value;
}
