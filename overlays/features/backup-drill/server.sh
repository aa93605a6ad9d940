#!/bin/sh
# server.sh: a PostgreSQL of the drill's own, for as long as its pod; no network reaches it.
set -eu
mkdir -p "$PGHOST"
[ -s "$PGDATA/PG_VERSION" ] || initdb --username="$PGUSER" --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
# What is lost with the pod need not be safe from a crash.
exec postgres -k "$PGHOST" -c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_wal_size=4GB
