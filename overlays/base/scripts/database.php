<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The tenant's database by raw SQL, PostgreSQL or MySQL and its relatives, each by the extension that Moodle itself uses.
// What goes wrong is a RuntimeException with the server's own words.

/** Whether the server speaks MySQL's protocol; MOODLE_DB_KIND is the tenant's database.kind. */
function speaks_mysql(): bool {
    return setting('MOODLE_DB_KIND') !== 'postgresql';
}

function connect(int $timeout = 5): PgSql\Connection|mysqli {
    return speaks_mysql() ? connect_mysql($timeout) : connect_postgresql($timeout);
}

function connect_postgresql(int $timeout): PgSql\Connection {
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
    return said(static fn() => pg_connect($dsn, PGSQL_CONNECT_FORCE_NEW));
}

function connect_mysql(int $timeout): mysqli {
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $authority = setting('MOODLE_DB_CA');
    if (!is_readable($authority)) {
        throw new RuntimeException("there is no $authority, which is to vouch for the database; see database.authority");
    }
    $connection = mysqli_init();
    $connection->options(MYSQLI_OPT_CONNECT_TIMEOUT, $timeout);
    $connection->ssl_set(null, null, $authority, null, null);
    said(static fn() => $connection->real_connect(
        setting('MOODLE_DB_HOST'), secret('moodle-db/username'), secret('moodle-db/password'), setting('MOODLE_DB_NAME'),
        (int) setting('MOODLE_DB_PORT'), null, MYSQLI_CLIENT_SSL | MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT
    ));
    $connection->set_charset('utf8mb4');
    return $connection;
}

/** Every row of the answer, by the names of its columns; each `?` of the statement stands for the next of the values. */
function rows(PgSql\Connection|mysqli $connection, string $sql, array $values = []): array {
    if ($connection instanceof mysqli) {
        $statement = $connection->prepare($sql);
        $statement->execute($values ?: null);
        $result = $statement->get_result();
        return $result ? $result->fetch_all(MYSQLI_ASSOC) : [];
    }
    $number = 0;
    $numbered = preg_replace_callback('/\?/', static function () use (&$number): string {
        return '$' . ++$number;
    }, $sql);
    return pg_fetch_all(said(static fn() => pg_query_params($connection, $numbered, $values)));
}

/** Each statement of this connection ends after so many seconds; for MySQL and Aurora that is a matter of reading alone. */
function limit_statements(PgSql\Connection|mysqli $connection, int $seconds): void {
    $sql = match (setting('MOODLE_DB_KIND')) {
        'postgresql' => 'SET statement_timeout = ' . $seconds * 1000,
        'mariadb' => "SET max_statement_time = $seconds",
        default => 'SET max_execution_time = ' . $seconds * 1000,
    };
    rows($connection, $sql);
}

/** What PHP would only warn of fails, and its words are the exception's; of several the first ones name the cause. */
function said(Closure $asked): mixed {
    $warned = [];
    set_error_handler(static function (int $level, string $message) use (&$warned): bool {
        $warned[] = trim($message);
        return true;
    });
    try {
        $answer = $asked();
    } catch (RuntimeException $error) {
        $warned[] = $error->getMessage();
    } finally {
        restore_error_handler();
    }
    return $warned ? throw new RuntimeException(implode('; ', $warned)) : $answer;
}
