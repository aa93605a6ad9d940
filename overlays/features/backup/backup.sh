#!/bin/sh
# backup.sh database|files|forget|check|ready: one part of the backup, into the tenant's restic repository.
# Names, times and sizes are all that is printed. Passwords come from files and stay out of every command line.
set -eu

secrets=${BACKUP_SECRETS:-/run/secrets}
dataroot=${MOODLE_DATAROOT:-/var/moodledata}
AWS_ACCESS_KEY_ID=$(cat "$secrets/backup/access-key-id")
AWS_SECRET_ACCESS_KEY=$(cat "$secrets/backup/secret-access-key")
RESTIC_REPOSITORY=${RESTIC_REPOSITORY:-s3:$BACKUP_ENDPOINT/$BACKUP_LOCATION}
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY RESTIC_REPOSITORY

say() {
    echo "backup of $BACKUP_TENANT: $*"
}

restic() {
    command restic --retry-lock 10m "$@"
}

open_repository() {
    status=0
    restic cat config > /dev/null 2> /tmp/restic.err || status=$?
    case $status in
    0) ;;
    10) # No repository yet. Another part may be making it at this moment: then it is there now.
        say "making the repository"
        restic init --quiet || restic cat config > /dev/null
        ;;
    *)
        cat /tmp/restic.err >&2
        say "the repository cannot be opened: see the endpoint, the credentials and the NetworkPolicy \`backup\`" >&2
        exit "$status"
        ;;
    esac
}

backup_database() {
    PGUSER=$(cat "$secrets/moodle-db/username")
    export PGUSER
    umask 077
    printf '%s:%s:%s:%s:%s\n' '*' '*' '*' '*' "$(sed 's/[\\:]/\\&/g' "$secrets/moodle-db/password")" > /tmp/pgpass
    export PGPASSFILE=/tmp/pgpass PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGCONNECT_TIMEOUT=10
    # restic runs pg_dump itself: when the dump breaks off, no snapshot is made.
    restic backup --quiet --host "$BACKUP_TENANT" --tag database --stdin-filename database.dump --stdin-from-command -- \
        pg_dump --format=custom --compress=0 --no-owner --no-privileges \
        --exclude-table-data='mdl_sessions' --exclude-table-data='mdl_cache_*' \
        --exclude-table-data='mdl_task_log' --exclude-table-data='mdl_backup_ids_temp'
}

backup_files() {
    cd "$dataroot"
    restic backup --quiet --host "$BACKUP_TENANT" --tag files --exclude-caches \
        --exclude "$dataroot/cache" --exclude "$dataroot/localcache" --exclude "$dataroot/temp" --exclude "$dataroot/sessions" \
        --exclude "$dataroot/lock" --exclude "$dataroot/climaintenance.html" --exclude "$dataroot/antivirus_quarantine" \
        --exclude "$dataroot/.preflight-*" "$dataroot"
}

forget() {
    restic forget --prune --host "$BACKUP_TENANT" --group-by host,tags --keep-within 2d \
        --keep-daily "$KEEP_DAILY" --keep-weekly "$KEEP_WEEKLY" --keep-monthly "$KEEP_MONTHLY"
    restic check --quiet
}

# For an archive, to which nothing is added: another part of what is stored is read every week of the year.
check() {
    week=$(date -u +%V)
    restic check --quiet --read-data-subset="${week#0}/53"
}

# For an upgrade, before the site closes: a lock of our own says that the store is written and nobody prunes, or waits until then.
ready() {
    restic snapshots --quiet --host "$BACKUP_TENANT" --latest 1
}

part=${1:-}
case $part in
database | files | forget | check | ready) ;;
*)
    echo "usage: backup.sh database|files|forget|check|ready" >&2
    exit 2
    ;;
esac
open_repository
case $part in
database) backup_database ;;
files) backup_files ;;
forget) forget ;;
check) check ;;
ready) ready ;;
esac
say "$part done"
