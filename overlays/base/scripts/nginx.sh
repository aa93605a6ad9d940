#!/bin/sh
# Writes the few lines of nginx.conf that differ between tenants, then runs nginx.
set -eu
scripts=${0%/*}
run=${MOODLE_RUN:-/run/moodle}
conf=${MOODLE_NGINX_CONF:-/etc/moodle-nginx/nginx.conf}

if [ -d "$MOODLE_CODE_ROOT/public" ]; then # From 5.1: config.php sets routerconfigured by the same folder.
    root=$MOODLE_CODE_ROOT/public
    # shellcheck disable=SC2016 # The variables are nginx's.
    fallback='/r.php$is_args$args'
else
    root=$MOODLE_CODE_ROOT
    fallback='=404'
fi

cat > "$run/site.conf" << END
server_name $MOODLE_HOST;
root $root;
client_max_body_size ${PHP_UPLOAD_LIMIT}m;
END
echo "return 302 https://$MOODLE_HOST\$request_uri;" > "$run/redirect.conf"
echo "try_files \$uri \$uri/ $fallback;" > "$run/fallback.conf"
for file in "$scripts"/nginx.d.*.sh; do # A feature's own lines: it writes $run/site.d.<feature>.conf.
    # shellcheck source=/dev/null
    [ ! -e "$file" ] || . "$file"
done

if [ "${1:-}" = --test ]; then
    exec nginx -t -c "$conf"
fi
exec sh "$scripts/graceful.sh" QUIT nginx -c "$conf" -g 'daemon off;'
