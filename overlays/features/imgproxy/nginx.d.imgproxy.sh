# Read by nginx.sh, where $run is at hand. The address goes on as it came: a changed letter would break its signature.
echo "proxy_set_header Host $MOODLE_HOST;" > "${run:?}/imgproxy.host"
cat > "$run/site.d.imgproxy.conf" << END
location ^~ /imgproxy/ {
    proxy_set_header Cookie "";
    proxy_set_header Authorization "";
    proxy_cache imgproxy;
    proxy_cache_valid 200 ${MOODLE_IMGPROXY_CACHE_DAYS}d;
    proxy_cache_lock on;
    proxy_cache_use_stale error timeout updating;
    proxy_ignore_headers Cache-Control Expires;
    proxy_hide_header Cache-Control;
    proxy_hide_header Expires;
    add_header Cache-Control "public, max-age=$((MOODLE_IMGPROXY_CACHE_DAYS * 86400))";
    add_header X-Content-Type-Options nosniff always;
    proxy_pass http://imgproxy:8080;
}
END
