# Read by nginx.sh, where $run is at hand. The address goes on as it came, with its signature; a cookie has no business there.
cat > "${run:?}/site.d.transcoder.conf" << 'END'
location ^~ /media/ {
    if ($request_method !~ ^(GET|HEAD)$) {
        return 405;
    }
    proxy_set_header Cookie "";
    proxy_set_header Authorization "";
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_read_timeout 60s;
    proxy_max_temp_file_size 0;
    add_header X-Content-Type-Options nosniff always;
    proxy_pass http://transcoder:80;
}
END
