#!/bin/sh
# Starts PHP-FPM, unless the database is already on a newer release: older code must not touch it, and never comes back by itself.
set -eu
scripts=${0%/*}
php "$scripts/fits.php"
exec sh "$scripts/graceful.sh" QUIT php-fpm --nodaemonize --fpm-config /etc/moodle-php/fpm.conf
