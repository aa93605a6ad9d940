#!/bin/sh
# Redis reads its configuration from standard input: the password stands neither on a command line nor in a file.
set -eu
password=$(sed 's/[\\"]/\\&/g' "${REDIS_PASSWORD_FILE:-/run/secrets/moodle/redis-password}")
exec redis-server - << END
dir ${REDIS_DATA:-/data}
port ${REDIS_PORT:-6379}
protected-mode yes
requirepass "$password"
maxmemory $REDIS_MAXMEMORY
maxmemory-policy allkeys-lru
appendonly yes
appendfsync everysec
save ""
END
