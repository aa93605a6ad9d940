#!/bin/sh
# clamav.sh fetch|watch|scan: the virus database once, the virus database for ever, or the scanner. Configuration cannot be given to either
# program but in files, so they are written here, from the environment.
set -eu
tmp=${CLAMAV_TMP:-/tmp}
database=${CLAMAV_DATABASE:-/var/lib/clamav}

freshclam_conf() {
    cat > "$tmp/freshclam.conf" << END
DatabaseDirectory $database
PrivateMirror $CLAMAV_MIRROR
Checks $CLAMAV_CHECKS
LogTime yes
TestDatabases no
END
}

# ClamAV's own servers know no PrivateMirror: they are asked by DNS what is new, and serve differences.
official_conf() {
    freshclam_conf
    sed "s|^PrivateMirror .*|DatabaseMirror database.clamav.net|" "$tmp/freshclam.conf" > "$tmp/official.conf"
    mv "$tmp/official.conf" "$tmp/freshclam.conf"
}

clamd_conf() {
    megabytes=$PHP_UPLOAD_LIMIT
    [ "$megabytes" -le 2000 ] || megabytes=2000 # Larger files ClamAV does not open.
    cat > "$tmp/clamd.conf" << END
DatabaseDirectory $database
TemporaryDirectory $tmp
TCPSocket 3310
Foreground yes
LogTime yes
StreamMaxLength ${PHP_UPLOAD_LIMIT}M
MaxFileSize ${megabytes}M
MaxScanSize ${megabytes}M
AlertExceedsMax no
MaxThreads 8
SelfCheck 600
ConcurrentDatabaseReload no
END
}

case ${1:-} in
fetch | watch)
    if [ "$CLAMAV_MIRROR" = https://database.clamav.net ]; then official_conf; else freshclam_conf; fi
    if [ "$1" = watch ]; then set -- --daemon --foreground; else set --; fi
    exec freshclam --config-file="$tmp/freshclam.conf" --stdout "$@"
    ;;
scan)
    clamd_conf
    exec clamd --config-file="$tmp/clamd.conf"
    ;;
*)
    echo "usage: clamav.sh fetch|watch|scan" >&2
    exit 2
    ;;
esac
