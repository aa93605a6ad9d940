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

# restic runs the program that dumps itself: when the dump breaks off, no snapshot is made.
backup_database() {
    umask 077
    if [ "$DB_KIND" = postgresql ]; then
        store_dump database.dump pg_dump
    else
        store_dump database.sql mysqldump
    fi
}

store_dump() {
    restic backup --quiet --host "$BACKUP_TENANT" --tag database --stdin-filename "$1" --stdin-from-command -- sh "$0" "$2"
}

# A server outside the namespace is reached over TLS that is verified, as Moodle does it.
dump_postgresql() {
    printf '%s:%s:%s:%s:%s\n' '*' '*' '*' '*' "$(sed 's/[\\:]/\\&/g' "$secrets/moodle-db/password")" > /tmp/pgpass
    PGUSER=$(cat "$secrets/moodle-db/username")
    export PGUSER PGPASSFILE=/tmp/pgpass PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGCONNECT_TIMEOUT=10
    if [ "$DB_MANAGED" = true ]; then
        export PGSSLMODE=verify-full PGSSLROOTCERT="$DB_CA"
    fi
    exec pg_dump --format=custom --compress=0 --no-owner --no-privileges \
        --exclude-table-data='mdl_sessions' --exclude-table-data='mdl_cache_*' \
        --exclude-table-data='mdl_task_log' --exclude-table-data='mdl_backup_ids_temp'
}

# MySQL's own program or MariaDB's, which know different words for one thing: what one does not know it passes over (loose-).
# All tables first, then the rows of those that are worth it; a table that is left out need not be there.
dump_mysql() {
    options=${BACKUP_OPTIONS:-/tmp/mysqldump.cnf}
    {
        printf '[client]\nhost="%s"\nport=%s\nprotocol=tcp\nuser="%s"\n' "$DB_HOST" "$DB_PORT" "$(quoted username)"
        printf 'password="%s"\ndefault-character-set=utf8mb4\nssl-ca="%s"\n' "$(quoted password)" "$DB_CA"
        printf 'loose-ssl-mode=VERIFY_IDENTITY\nloose-ssl-verify-server-cert\n'
        printf '[mysqldump]\nno-tablespaces\nhex-blob\nloose-set-gtid-purged=OFF\n'
    } > "$options"
    program=$(command -v mariadb-dump || command -v mysqldump)
    "$program" --defaults-file="$options" --no-data "$DB_NAME"
    for table in mdl_sessions mdl_cache_filters mdl_cache_flags mdl_task_log mdl_backup_ids_temp; do
        set -- "$@" "--ignore-table=$DB_NAME.$table"
    done
    exec "$program" --defaults-file="$options" --single-transaction --quick --no-create-info "$@" "$DB_NAME"
}

quoted() {
    sed 's/[\\"]/\\&/g' "$secrets/moodle-db/$1"
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
pg_dump) dump_postgresql ;; # restic asks for these two, and they do not come back
mysqldump) dump_mysql ;;
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
