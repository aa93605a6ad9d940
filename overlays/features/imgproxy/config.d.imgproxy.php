<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Read by config.php, where $CFG and $secret are at hand. For a theme or plugin that makes addresses of images: the signature is
// base64url(HMAC-SHA-256(key, salt . path)), path being `/<options>/exp:<time>/<base64url of the image's path>`; the address is
// baseurl . '/' . signature . path. The first key signs; imgproxy takes addresses by all of them.
$CFG->forced_plugin_settings['local_imgproxy'] = [
    'baseurl' => $CFG->wwwroot . '/imgproxy',
    'key' => (string) strtok($secret('moodle/' . getenv('MOODLE_IMGPROXY_KEYS_PROPERTY')), "\r\n"),
    'salt' => (string) strtok($secret('moodle/' . getenv('MOODLE_IMGPROXY_SALTS_PROPERTY')), "\r\n"),
    'seconds' => (int) getenv('MOODLE_IMGPROXY_EXPIRE_SECONDS'),
];
