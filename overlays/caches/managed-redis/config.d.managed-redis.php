<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// TLS to Redis, verified. Without a host's scheme phpredis takes TLS from the context alone (sessions, core 4.4 and later); the
// cache store has switches of its own, and without `cafile` it would verify nothing (cachestore_redis, core 4.4 and later).

$CFG->session_redis_encrypt = ['cafile' => getenv('MOODLE_REDIS_CA')];
if (isset($CFG->tool_forcedcache_config_array['stores']['redis'])) {
    $CFG->tool_forcedcache_config_array['stores']['redis']['config']['encryption'] = true;
    $CFG->tool_forcedcache_config_array['stores']['redis']['config']['cafile'] = getenv('MOODLE_REDIS_CA');
}
