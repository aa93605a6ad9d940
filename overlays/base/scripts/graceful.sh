#!/bin/sh
# graceful.sh SIGNAL COMMAND...: runs a command and turns the pod's TERM into the signal by which it ends gracefully.
set -u
signal=$1
shift
"$@" &
child=$!
trap 'kill -s "$signal" "$child" 2>/dev/null' TERM INT
status=0
wait "$child" || status=$?
while kill -0 "$child" 2>/dev/null; do # A signal ends wait before the child ends.
    status=0
    wait "$child" || status=$?
done
exit "$status"
