<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Moodle refuses to call private addresses (curlsecurityblockedhosts), and a Service of the cluster has one. The list stays, and loses the
// one address of the Service: a block that has it is written as the blocks that are left around it. No port is opened beside 80 and 443.
// The same file in each feature that has such a Service, for a folder of the catalogue reads itself alone.

return static function (stdClass $CFG, string $service): void {
    $blocked = explode("\n", $CFG->curlsecurityblockedhosts
        ?? "127.0.0.0/8\n192.168.0.0/16\n10.0.0.0/8\n172.16.0.0/12\n100.64.0.0/10\n169.254.0.0/16\n0.0.0.0\nlocalhost\n::1\nfc00::/7\nfe80::/10");
    $CFG->curlsecurityblockedhosts = implode("\n", $blocked);
    $key = "quadrangle inside $service";
    $known = function_exists('apcu_enabled') && apcu_enabled();
    $address = $known ? apcu_fetch($key) : false;
    if ($address === false) {
        $address = ip2long(gethostbyname($service)); // A name without an address stays a name: false, and nothing is opened.
        if ($known && $address !== false) {
            apcu_store($key, $address, 60);
        }
    }
    if ($address === false) {
        return;
    }
    $left = [];
    foreach ($blocked as $entry) {
        if (!preg_match('~^(\d+\.\d+\.\d+\.\d+)/(\d+)$~', $entry, $match)) {
            $left[] = $entry;
            continue;
        }
        [$network, $bits] = [ip2long($match[1]), (int) $match[2]];
        $mask = $bits === 0 ? 0 : (~0 << (32 - $bits)) & 0xffffffff;
        if (($address & $mask) !== ($network & $mask)) {
            $left[] = $entry;
            continue;
        }
        while ($bits < 32) { // The half without the address is blocked whole; the other one is halved again.
            $bits++;
            $half = 1 << (32 - $bits);
            $base = $address & ((~0 << (32 - $bits)) & 0xffffffff);
            $left[] = long2ip($base ^ $half) . "/$bits";
        }
    }
    $CFG->curlsecurityblockedhosts = implode("\n", $left);
};
