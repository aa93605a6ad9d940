# Read by nginx.sh, where $run is at hand. Without 'wasm-unsafe-eval' a policy on scripts stops WebAssembly; with it no JavaScript may be made
# from text. Moodle's own pages have inline scripts, so those stay allowed.
header=Content-Security-Policy-Report-Only
[ "$MOODLE_WIDGET_POLICY" != enforce ] || header=Content-Security-Policy
cat > "${run:?}/site.d.wasm-widgets.conf" << END
add_header $header "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob: $MOODLE_WIDGET_SOURCES; worker-src 'self' blob:; object-src 'none'; base-uri 'self'" always;
END
