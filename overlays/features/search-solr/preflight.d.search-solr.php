<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by preflight.php: has PHP the extension that core's plugin search_solr needs, and does the server answer?

return [
    'Solr extension' => static function (): string {
        if (!extension_loaded('solr')) {
            throw new RuntimeException('PHP has no solr; build it into the image, or take the feature `search-solr` away');
        }
        return 'solr ' . phpversion('solr');
    },
    'Solr' => static function (): string {
        [$host, $port] = [setting('MOODLE_SOLR_HOST'), setting('MOODLE_SOLR_PORT')];
        resolve($host);
        if (!@stream_socket_client("tcp://$host:$port", $_, $error, 5)) {
            throw new RuntimeException("$host:$port: $error; is the server up, and does the NetworkPolicy `moodle-search-solr` allow it?");
        }
        return "$host answers, for the index " . setting('MOODLE_SOLR_INDEX');
    },
];
