#!/bin/sh
# backup.sh database|files|verify|drill|forget|check|ready: one part of the backup, in the tenant's repository. moodle-backup and restic
# read and write the same one; BACKUP_ENGINE says which of them writes. Secrets come from files and stay out of every command line.
set -eu

RESTIC_REPOSITORY=${RESTIC_REPOSITORY:-s3:$BACKUP_ENDPOINT/$BACKUP_LOCATION}
export RESTIC_REPOSITORY

say() {
    echo "backup of $BACKUP_TENANT: $*"
}

by_moodle_backup() {
    case $part in
    database | files)
        # Where both parts of a new site's first backup come here at once, one makes the repository and the other finds it.
        moodle-backup init || moodle-backup init
        moodle-backup backup --only "$part"
        ;;
    verify) moodle-backup verify --sample "$VERIFY_SAMPLE" --read-data "$(todays_part)" ;;
    drill) moodle-backup drill --sample "$VERIFY_SAMPLE" ;;
    forget) moodle-backup forget --retry-lock 600 ;;
    esac
}

# A part of what is stored, another each day. 29 is prime, so that runs once a week, too, come to every part.
todays_part() {
    echo "$(($(date -u +%s) / 86400 % 29 + 1))/29"
}

by_restic() {
    AWS_ACCESS_KEY_ID=$(cat "$AWS_ACCESS_KEY_ID_FILE")
    AWS_SECRET_ACCESS_KEY=$(cat "$AWS_SECRET_ACCESS_KEY_FILE")
    export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    open_repository
    "$part"
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

database() {
    PGUSER=$(cat "$DB_USER_FILE")
    export PGUSER
    umask 077
    printf '%s:%s:%s:%s:%s\n' '*' '*' '*' '*' "$(sed 's/[\\:]/\\&/g' "$DB_PASSWORD_FILE")" > /tmp/pgpass
    export PGPASSFILE=/tmp/pgpass PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGCONNECT_TIMEOUT=10
    # restic runs pg_dump itself: when the dump breaks off, no snapshot is made.
    restic backup --quiet --host "$BACKUP_TENANT" --tag database --stdin-filename database.dump --stdin-from-command -- \
        pg_dump --format=custom --compress=0 --no-owner --no-privileges --exclude-schema=moodle_backup \
        --exclude-table-data='mdl_sessions' --exclude-table-data='mdl_cache_*' \
        --exclude-table-data='mdl_task_log' --exclude-table-data='mdl_backup_ids_temp'
}

files() {
    dataroot=$MOODLE_DATAROOT
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
verify | drill) program=moodle-backup ;;
check | ready) program=restic ;;
database | files | forget) program=$BACKUP_ENGINE ;;
*)
    echo "usage: backup.sh database|files|verify|drill|forget|check|ready" >&2
    exit 2
    ;;
esac
case $program in
moodle-backup) by_moodle_backup ;;
restic) by_restic ;;
*)
    say "there is no engine \`$program\`" >&2
    exit 2
    ;;
esac
say "$part done"
