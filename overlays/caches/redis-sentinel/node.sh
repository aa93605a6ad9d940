#!/bin/sh
# One Redis. Its configuration, the password included, lies in memory and is made anew at each start.
. "${0%/*}/lib.sh"
run=${REDIS_RUN:-/run/redis}
leader=$(master)
echo "node: $self starts, the master is $leader"
echo "$leader" > "$data/master"
cat > "$run/node.conf" << END
dir $data
bind ${REDIS_BIND:-* -::*}
port $port
protected-mode yes
requirepass "$quoted"
masterauth "$quoted"
replica-announce-ip $self
maxmemory $REDIS_MAXMEMORY
maxmemory-policy allkeys-lru
appendonly yes
appendfsync everysec
save ""
# A master that is cut off from both others takes no writes, which would be lost when it comes back as a replica.
min-replicas-to-write 1
min-replicas-max-lag 10
END
[ "$leader" = "$self" ] || echo "replicaof $leader $port" >> "$run/node.conf"
exec redis-server "$run/node.conf"
