#!/bin/sh
# backup.sh database|files|verify|drill|restore|clone|forget|check|ready: one part of the backup, in the tenant's repository.
# moodle-backup and restic read and write the same one; BACKUP_ENGINE says which of them writes. Beside MySQL's and Aurora's
# servers, which moodle-backup was not tried with, restic does all. Secrets come from files and stay out of every command line.
set -eu

RESTIC_REPOSITORY=${RESTIC_REPOSITORY:-s3:$BACKUP_ENDPOINT/$BACKUP_LOCATION}
export RESTIC_REPOSITORY
scratch=${TMPDIR:-/tmp}
case $DB_KIND in
postgresql | mariadb)
    engine=${BACKUP_ENGINE:-}
    verifier=moodle-backup
    export DB_TYPE="$DB_KIND"
    ;;
*)
    engine=restic
    verifier=restic
    ;;
esac
# A server outside the namespace is reached over TLS that is verified, as Moodle does it. A drill's is in its own pod.
if [ "$DB_MANAGED" = true ] && [ "${1:-}" != drill ]; then
    export PGSSLMODE=verify-full PGSSLROOTCERT="$DB_CA"
fi

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
    # Once for each BACKUP_RESTORE_ID: the database knows it.
    restore) moodle-backup restore --at "$BACKUP_RESTORE_AT" --to-folder "$MOODLE_DATAROOT" --to-database --replace "$BACKUP_TENANT" ;;
    clone) # Out of another tenant's repository, whose name BACKUP_TENANT is; BACKUP_OLD_WWWROOT and BACKUP_NEW_WWWROOT are the addresses.
        host=${BACKUP_NEW_WWWROOT#*://}
        host=${host%%/*}
        moodle-backup restore --clone --at "$BACKUP_RESTORE_AT" --to-folder "$MOODLE_DATAROOT" --to-database --replace "${host%%:*}" ;;
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
    restic cat config > /dev/null 2> "$scratch/restic.err" || status=$?
    case $status in
    0) ;;
    10) # No repository yet. Another part may be making it at this moment: then it is there now.
        say "making the repository"
        restic init --quiet || restic cat config > /dev/null
        ;;
    *)
        cat "$scratch/restic.err" >&2
        say "the repository cannot be opened: see the endpoint, the credentials and the NetworkPolicy \`backup\`" >&2
        exit "$status"
        ;;
    esac
}

database() {
    umask 077
    if [ "$DB_KIND" = postgresql ]; then
        PGUSER=$(cat "$DB_USER_FILE")
        printf '%s:%s:%s:%s:%s\n' '*' '*' '*' '*' "$(sed 's/[\\:]/\\&/g' "$DB_PASSWORD_FILE")" > "$scratch/pgpass"
        export PGUSER PGPASSFILE="$scratch/pgpass" PGHOST="$DB_HOST" PGPORT="$DB_PORT" PGDATABASE="$DB_NAME" PGCONNECT_TIMEOUT=10
        store_dump database.dump pg_dump --format=custom --compress=0 --no-owner --no-privileges --exclude-schema=moodle_backup \
            --exclude-table-data='mdl_sessions' --exclude-table-data='mdl_cache_*' \
            --exclude-table-data='mdl_task_log' --exclude-table-data='mdl_backup_ids_temp'
    else
        store_dump database.sql sh "$0" mysqldump
    fi
}

# restic runs the program that dumps itself: when the dump breaks off, no snapshot is made.
store_dump() {
    file=$1
    shift
    restic backup --quiet --host "$BACKUP_TENANT" --tag database --stdin-filename "$file" --stdin-from-command -- "$@"
}

# MySQL's own program or MariaDB's, which know different words for one thing: what one does not know it passes over (loose-).
# All tables first, then the rows of those that are worth it; a table that is left out need not be there.
dump_mysql() {
    options=$scratch/mysqldump.cnf
    {
        printf '[client]\nhost="%s"\nport=%s\nprotocol=tcp\nuser="%s"\n' "$DB_HOST" "$DB_PORT" "$(quoted "$DB_USER_FILE")"
        printf 'password="%s"\ndefault-character-set=utf8mb4\nssl-ca="%s"\n' "$(quoted "$DB_PASSWORD_FILE")" "$DB_CA"
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
    sed 's/[\\"]/\\&/g' "$1"
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

# What restic can say of it: whether a row has its file it does not know.
verify() {
    restic check --quiet --read-data-subset="$(todays_part)"
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
mysqldump) dump_mysql ;; # restic asks for it, and it does not come back
drill | restore | clone) program=moodle-backup ;;
check | ready) program=restic ;;
verify) program=$verifier ;;
database | files | forget) program=$engine ;;
*)
    echo "usage: backup.sh database|files|verify|drill|restore|clone|forget|check|ready" >&2
    exit 2
    ;;
esac
if [ "$part" = files ] && [ -e "$MOODLE_DATAROOT/.moodle-backup-restore" ]; then
    say "a restore is under way: moodledata is not whole, and nothing is saved of it" >&2
    exit 1
fi
case $program in
moodle-backup) by_moodle_backup ;;
restic) by_restic ;;
*)
    say "there is no engine \`$program\`" >&2
    exit 2
    ;;
esac
say "$part done"
