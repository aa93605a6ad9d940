#!/bin/sh
# worker.sh PROGRAM ARGUMENT...: runs a program of admin/cli again and again, each time only when the site is fit for it.
# A pod's TERM is passed on; Moodle then ends after the task at hand, and so does this.
set -eu
scripts=${0%/*}
program=$1
shift
stopping=no
child=

stop() {
    stopping=yes
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null || true
}
trap stop TERM INT

run() {
    "$@" &
    child=$!
    status=0
    wait "$child" || status=$?
    while kill -0 "$child" 2>/dev/null; do # A signal ends wait before the child ends.
        status=0
        wait "$child" || status=$?
    done
    child=
}

while [ "$stopping" = no ]; do
    run php "$scripts/wait.php"
    [ "$stopping" = no ] || break
    run php "$MOODLE_CODE_ROOT/admin/cli/$program" "$@"
    if [ "$status" -ne 0 ] && [ "$stopping" = no ]; then
        echo "worker: $program ended with $status; again in 10 s" >&2
        run sleep 10
    fi
done
