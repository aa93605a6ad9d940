#!/bin/sh
# Ready is what answers a command: while the append-only file is read, Redis accepts connections and serves none.
. "${0%/*}/lib.sh"
ask "$self" "$port" ping | grep -qx PONG
