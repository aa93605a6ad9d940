#!/bin/sh
# Ready is what answers a command: while the append-only file is read, Redis accepts connections and serves none.
set -eu
REDISCLI_AUTH=$(cat "${REDIS_PASSWORD_FILE:-/run/secrets/moodle/redis-password}")
export REDISCLI_AUTH
redis-cli -p "${REDIS_PORT:-6379}" ping | grep -qx PONG
