#!/bin/sh
# One Sentinel. It writes its configuration itself, the password included, so that lies in memory and is made anew at each start.
. "${0%/*}/lib.sh"
run=${REDIS_RUN:-/run/redis}
leader=$(master)
cat > "$run/sentinel.conf" << END
dir $run
bind ${REDIS_BIND:-* -::*}
port $sentinel_port
protected-mode yes
requirepass "$quoted"
sentinel sentinel-pass "$quoted"
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip $self
sentinel announce-port $sentinel_port
sentinel monitor moodle $leader $port 2
sentinel auth-pass moodle "$quoted"
sentinel down-after-milliseconds moodle ${SENTINEL_DOWN_AFTER:-5000}
sentinel failover-timeout moodle ${SENTINEL_FAILOVER_TIMEOUT:-30000}
sentinel parallel-syncs moodle 1
sentinel client-reconfig-script moodle $run/moved.sh
END
sed "s|^data=.*|data=$data|" "${0%/*}/moved.sh" > "$run/moved.sh"
chmod 0700 "$run/moved.sh"
exec redis-server "$run/sentinel.conf" --sentinel
