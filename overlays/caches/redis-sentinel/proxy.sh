#!/bin/sh
# HAProxy with the nodes' full names, since its resolver knows no search list, and with AUTH as the bytes that Redis expects.
set -eu
peers=${REDIS_PEERS:-moodle-redis-0.moodle-redis-nodes moodle-redis-1.moodle-redis-nodes moodle-redis-2.moodle-redis-nodes}
domain=$(sed -n 's/^search  *\([^ ]*\).*/\1/p' /etc/resolv.conf | head -n 1)
number=0
for peer in $peers; do
    case $peer in *[!0-9.]*) peer=$peer${domain:+.$domain} ;; esac
    eval "export REDIS_NODE_$number=\$peer"
    number=$((number + 1))
done
password=$(cat "${REDIS_PASSWORD_FILE:-/run/secrets/moodle/redis-password}")
length=$(printf %s "$password" | wc -c)
# shellcheck disable=SC2016 # $4 is a length in Redis' protocol.
REDIS_AUTH=$(printf '*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n' "$length" "$password" | od -An -v -tx1 | tr -d ' \n')
REDIS_PORT=${REDIS_PORT:-6379}
PROXY_BIND=${PROXY_BIND:-:6379}
PROXY_HEALTH=${PROXY_HEALTH:-:8405}
export REDIS_AUTH REDIS_PORT PROXY_BIND PROXY_HEALTH
exec haproxy -W -db -f "${0%/*}/haproxy.cfg"
