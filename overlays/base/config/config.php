<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Moodle's configuration, the same file for every tenant: values come from the ConfigMap moodle-env, secrets from mounted files.
// A feature adds settings as /etc/moodle/config.d.<feature>.php, one more key of the ConfigMap moodle-config.

unset($CFG);
global $CFG;
$CFG = new stdClass();

(static function (stdClass $CFG): void {
    // PHP remembers for two minutes where a link leads, and the kubelet moves `..data` when a secret is rotated: it is asked anew.
    $secret = static function (string $path): string {
        $folder = '/run/secrets/' . dirname($path);
        $data = is_link("$folder/..data") ? '/' . readlink("$folder/..data") : '';
        $file = "$folder$data/" . basename($path);
        return is_file($file) ? rtrim(file_get_contents($file), "\r\n") : '';
    };
    $root = getenv('MOODLE_CODE_ROOT');
    $public = is_dir("$root/public"); // From 5.1 the web root is public/.
    $webroot = $public ? "$root/public" : $root;

    $CFG->wwwroot = getenv('MOODLE_URL');
    $CFG->sslproxy = true; // TLS ends at the ingress, which keeps the host name: reverseproxy stays off.
    $CFG->reverseproxy = false;
    $CFG->getremoteaddrconf = 1; // Believe X-Forwarded-For: only the ingress controller reaches these pods.
    $CFG->cookiesecure = true;
    $CFG->cookiehttponly = true;
    $CFG->routerconfigured = $public; // nginx.sh decides by the same folder: flag and rewrite rule belong together.
    $CFG->xsendfile = 'X-Accel-Redirect';
    $CFG->xsendfilealiases = ['/dataroot/' => '/var/moodledata', '/localcachedir/' => '/var/cache/moodle'];

    $kind = getenv('MOODLE_DB_KIND');
    $CFG->dbtype = ['postgresql' => 'pgsql', 'mysql' => 'mysqli', 'mariadb' => 'mariadb', 'auroramysql' => 'auroramysql'][$kind];
    $CFG->dblibrary = 'native';
    $CFG->dbhost = getenv('MOODLE_DB_HOST');
    $CFG->dbname = getenv('MOODLE_DB_NAME');
    $CFG->dbuser = $secret('moodle-db/username');
    $CFG->dbpass = $secret('moodle-db/password');
    $CFG->prefix = 'mdl_';
    $CFG->dboptions = ['dbport' => (int) getenv('MOODLE_DB_PORT'), 'dbpersist' => false, 'connecttimeout' => 10];
    $CFG->lock_factory = $kind === 'postgresql' ? '\core\lock\postgres_lock_factory' : '\core\lock\mysql_lock_factory'; // Never file locks on a network file system.

    $CFG->session_handler_class = '\core\session\redis';
    $CFG->session_redis_host = getenv('MOODLE_REDIS_HOST');
    $CFG->session_redis_port = (int) getenv('MOODLE_REDIS_PORT');
    $CFG->session_redis_auth = $secret('moodle/redis-password');
    $CFG->session_redis_prefix = getenv('MOODLE_REDIS_PREFIX') . 'session_';
    $CFG->session_redis_acquire_lock_timeout = 120;
    $CFG->session_redis_acquire_lock_retry = 100;
    $CFG->enable_read_only_sessions = true;

    // The application cache needs a plugin to be read-only configuration; without it muc/config.php on the shared volume decides.
    if (is_dir("$webroot/admin/tool/forcedcache")) {
        $CFG->alternative_cache_factory_class = 'tool_forcedcache_cache_factory';
        $CFG->tool_forcedcache_config_array = [
            'stores' => ['redis' => ['type' => 'redis', 'config' => [
                'server' => "$CFG->session_redis_host:$CFG->session_redis_port",
                'prefix' => getenv('MOODLE_REDIS_PREFIX') . 'cache_',
                'password' => $CFG->session_redis_auth,
                'serializer' => 1,
                'compressor' => 0,
            ]]],
            'rules' => ['application' => [['stores' => ['redis']]], 'session' => [['stores' => ['redis']]], 'request' => []],
            'definitionoverrides' => [],
        ];
    }

    $CFG->dataroot = '/var/moodledata'; // Shared by all pods, and with it cachedir, tempdir and backuptempdir.
    $CFG->localcachedir = '/var/cache/moodle'; // These two are each pod's own.
    $CFG->localrequestdir = '/tmp/requestdir';
    $CFG->directorypermissions = 02770;
    if (is_file('/usr/local/share/moodle/core_component.php')) {
        $CFG->alternative_component_cache = '/usr/local/share/moodle/core_component.php';
    }

    $CFG->admin = 'admin';
    $CFG->preventexecpath = true;
    $CFG->disableupdatenotifications = true;
    $CFG->disableupdateautodeploy = true;
    $CFG->extramemorylimit = '512M';

    foreach (glob('/etc/moodle/config.d.*.php') as $file) {
        require $file;
    }
})($CFG);

require_once getenv('MOODLE_CODE_ROOT') . (is_dir(getenv('MOODLE_CODE_ROOT') . '/public') ? '/public' : '') . '/lib/setup.php';
