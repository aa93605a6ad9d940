# Read by nginx.sh, where $run is at hand. The maps are in http.d.spa.conf; nginx leaves a header with an empty value out.
: > "${run:?}/spa.origins"
for origin in $MOODLE_SPA_ORIGIN $MOODLE_SPA_ORIGINS; do
    echo "\"1 $origin\" $origin;" >> "$run/spa.origins"
done
: > "$run/spa.administrators"
for block in $MOODLE_SPA_ADMINISTRATORS; do
    echo "$block 1;" >> "$run/spa.administrators"
done
: > "$run/spa.paths"
for path in $MOODLE_SPA_PATHS; do
    echo "~^$path 1;" >> "$run/spa.paths"
done
cat > "$run/site.d.spa.conf" << END
fastcgi_hide_header Access-Control-Allow-Origin;
add_header Access-Control-Allow-Origin \$moodle_spa_allowed always;
add_header Access-Control-Allow-Methods \$moodle_spa_methods always;
add_header Access-Control-Allow-Headers \$moodle_spa_headers always;
add_header Vary \$moodle_spa_vary always;
set \$moodle_spa_pages $MOODLE_SPA_PAGES;
if (\$moodle_spa_preflight) {
    return 204;
}
if (\$moodle_spa_elsewhere) {
    return 302 $MOODLE_SPA_ORIGIN$MOODLE_SPA_PATH;
}
END
