<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Everything Moodle needs from outside, tried before Moodle is: each check says what it found, and what to do when it failed.
// Checks are tried again for some minutes, for a database may still be starting.

require __DIR__ . '/lib.php';

$dataroot = getenv('MOODLE_DATAROOT') ?: '/var/moodledata';
$patience = getenv('PREFLIGHT_SECONDS');
$patience = $patience === false ? 240 : (int) $patience;
$extensions = getenv('PREFLIGHT_EXTENSIONS') ?: 'curl gd intl mbstring openssl redis sodium xml zip ' . (speaks_mysql() ? 'mysqli' : 'pgsql');

function resolve(string $host): string {
    $addresses = filter_var($host, FILTER_VALIDATE_IP) ? [$host] : gethostbynamel($host);
    if (!$addresses) {
        throw new RuntimeException("`$host` does not resolve; is the name right, and does the NetworkPolicy `dns` reach the cluster's DNS?");
    }
    return implode(' ', $addresses);
}

function postgresql_fits(PgSql\Connection $connection): string {
    $encoding = pg_parameter_status($connection, 'server_encoding');
    if ($encoding !== 'UTF8') {
        throw new RuntimeException("the database's encoding is $encoding and must be UTF8; create it anew");
    }
    if (rows($connection, "SELECT has_schema_privilege(current_schema(), 'CREATE') AS may")[0]['may'] !== 't') {
        throw new RuntimeException('the user may not create tables; make it the owner of the database');
    }
    return 'PostgreSQL ' . pg_parameter_status($connection, 'server_version');
}

/** Moodle makes its tables with the character set, the collation and the engine that are the database's own. */
function mysql_fits(mysqli $connection): string {
    [$found] = rows($connection, 'SELECT @@character_set_database AS words, @@collation_database AS collation, @@default_storage_engine AS engine,
        @@innodb_file_per_table AS apart, VERSION() AS version');
    if ($found['words'] !== 'utf8mb4') {
        throw new RuntimeException("the database's character set is $found[words] and must be utf8mb4; see ALTER DATABASE, or create it anew");
    }
    if ($found['engine'] !== 'InnoDB' || !$found['apart']) {
        throw new RuntimeException('the server makes new tables with ' . $found['engine'] . '; set default_storage_engine=InnoDB and innodb_file_per_table=ON');
    }
    try {
        rows($connection, 'CREATE TEMPORARY TABLE preflight (id INT)');
        rows($connection, 'CREATE TABLE IF NOT EXISTS quadrangle_preflight (id INT)');
        rows($connection, 'DROP TABLE IF EXISTS quadrangle_preflight');
    } catch (mysqli_sql_exception $error) {
        throw new RuntimeException($error->getMessage() . '; give the user all privileges on the database, CREATE TEMPORARY TABLES among them');
    }
    return setting('MOODLE_DB_KIND') . " $found[version], $found[collation]";
}

$checks = [
    'image' => static function () use ($extensions): string {
        $missing = array_filter(explode(' ', $extensions), static fn($name) => !extension_loaded($name));
        if ($missing) {
            throw new RuntimeException('PHP has no ' . implode(', ', $missing) . '; build them into the image');
        }
        return sprintf('Moodle %.2F, PHP %s', code_version(), PHP_VERSION);
    },
    'database name' => static fn(): string => resolve(setting('MOODLE_DB_HOST')),
    'database' => static function (): string {
        try {
            $connection = connect();
        } catch (RuntimeException $error) {
            throw new RuntimeException($error->getMessage() . '; is the server up, does the NetworkPolicy `moodle-services` allow it, and are the credentials those of the server?');
        }
        return speaks_mysql() ? mysql_fits($connection) : postgresql_fits($connection);
    },
    'Redis name' => static fn(): string => resolve(setting('MOODLE_REDIS_HOST')),
    'Redis' => static function (): string {
        $redis = new Redis();
        $authority = (string) getenv('MOODLE_REDIS_CA'); // Only a server that is reached over TLS has one.
        if ($authority !== '' && !is_readable($authority)) {
            throw new RuntimeException("there is no $authority, which is to vouch for Redis; see cache.authority");
        }
        $context = $authority === '' ? [] : ['stream' => ['cafile' => $authority]];
        try {
            @$redis->connect(setting('MOODLE_REDIS_HOST'), (int) setting('MOODLE_REDIS_PORT'), 3.0, null, 0, 3.0, $context);
            $redis->auth(secret('moodle/redis-password'));
            $redis->setex(setting('MOODLE_REDIS_PREFIX') . 'preflight', 60, 'ok');
        } catch (RedisException $error) {
            throw new RuntimeException($error->getMessage() . '; is the server up, does the NetworkPolicy `moodle-services` allow it, and is redis-password the server\'s?');
        }
        return 'answers and stores';
    },
    'moodledata' => static function () use ($dataroot): string {
        $file = "$dataroot/.preflight-" . getmypid();
        if (@file_put_contents($file, 'ok') === false || @file_get_contents($file) !== 'ok' || !@unlink($file)) {
            throw new RuntimeException("$dataroot cannot be written by uid " . posix_geteuid() . '; see the volume\'s fsGroup support and export options');
        }
        return 'can be written';
    },
];
foreach (glob(__DIR__ . '/preflight.d.*.php') as $file) { // A feature's own checks, one more key of this ConfigMap.
    $checks += require $file;
}

$deadline = time() + $patience;
$failed = [];
foreach ($checks as $name => $check) {
    while (true) {
        try {
            $found = $check();
            echo "ok    $name: $found\n";
            break;
        } catch (RuntimeException $error) {
            if (time() >= $deadline || $name === 'image') { // An image does not mend itself.
                echo "FAIL  $name: ", preg_replace('/\s*\n\s*/', ' ', $error->getMessage()), "\n";
                $failed[] = $name;
                break;
            }
            sleep(3);
        }
    }
}
if (!gethostbynamel(setting('MOODLE_HOST'))) {
    echo 'warn  public name: `', setting('MOODLE_HOST'), "` does not resolve; browsers and the certificate's issuer need it\n";
}
echo $failed ? 'not fit for Moodle: ' . implode(', ', $failed) : 'fit for Moodle', "\n";
exit($failed ? 1 : 0);
