# shellcheck shell=sh
# shellcheck disable=SC2034 # What is set here is used there.
# What the scripts of a node share: the password, the other nodes, and who of them is the master.
set -eu
peers=${REDIS_PEERS:-moodle-redis-0.moodle-redis-nodes moodle-redis-1.moodle-redis-nodes moodle-redis-2.moodle-redis-nodes}
self=${REDIS_SELF:-$(hostname).moodle-redis-nodes}
port=${REDIS_PORT:-6379}
sentinel_port=${SENTINEL_PORT:-26379}
data=${REDIS_DATA:-/data}
REDISCLI_AUTH=$(cat "${REDIS_PASSWORD_FILE:-/run/secrets/moodle/redis-password}")
export REDISCLI_AUTH
quoted=$(printf %s "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')

# ask HOST PORT COMMAND...: its answer, or nothing where nobody answers in two seconds.
ask() {
    host=$1 asked=$2
    shift 2
    timeout 2 redis-cli --no-auth-warning -h "$host" -p "$asked" "$@" 2>/dev/null || true
}

# The node that is a master and has replicas, if there is one; there are never two, for a fail-over takes the replicas along.
followed() {
    for peer in $peers; do
        if ask "$peer" "$port" info replication | tr -d '\r' | paste -s - | grep -q 'role:master.connected_slaves:[1-9]'; then
            echo "$peer" && return
        fi
    done
}

# What a Sentinel takes for the master.
told() {
    ask "$1" "$sentinel_port" sentinel get-master-addr-by-name moodle | sed -n 1p
}

# Whom the replicas follow; else whom a Sentinel names; else the last one that this node has heard of; else the first.
master() {
    found=$(followed)
    for peer in $peers; do
        found=${found:-$(told "$peer")}
    done
    case " $peers " in *" ${found:-none} "*) echo "$found" && return ;; esac
    if [ -s "$data/master" ]; then cat "$data/master"; else echo "${peers%% *}"; fi
}
