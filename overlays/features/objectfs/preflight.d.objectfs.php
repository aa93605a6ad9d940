<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by preflight.php: has the code what object storage needs, and does the service answer?

return [
    'object storage plugins' => static function (): string {
        foreach (['admin/tool/objectfs/version.php' => 'tool_objectfs', 'local/aws/sdk/aws-autoloader.php' => 'local_aws'] as $file => $plugin) {
            if (!is_readable(code_root() . "/$file")) {
                throw new RuntimeException("the code has no $plugin; build it into the image, or put it into the lock of the feature `plugins`");
            }
        }
        return 'tool_objectfs and local_aws';
    },
    'object storage' => static function (): string {
        $host = parse_url(setting('MOODLE_OBJECTFS_ENDPOINT'), PHP_URL_HOST);
        $port = getenv('PREFLIGHT_OBJECTFS_PORT') ?: 443;
        resolve($host);
        $socket = @stream_socket_client("tcp://$host:$port", $_, $error, 5);
        if (!$socket) {
            throw new RuntimeException("$host:$port: $error; is the endpoint right, and does the NetworkPolicy `moodle-objectfs` allow it?");
        }
        if (getenv('MOODLE_OBJECTFS_CREDENTIALS') !== 'workload') {
            secret('moodle/' . setting('MOODLE_OBJECTFS_KEY_PROPERTY'));
            secret('moodle/' . setting('MOODLE_OBJECTFS_SECRET_PROPERTY'));
        }
        return "$host answers; files go to " . setting('MOODLE_OBJECTFS_LOCATION');
    },
];
