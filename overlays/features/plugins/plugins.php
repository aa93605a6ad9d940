<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Puts the plugins of the tenant's lock beside Moodle's code, in a folder of the pod's own, before any other container starts.
// Every ZIP has to have the SHA-256 of the lock, wherever it came from. Where a plugin goes is decided by `$plugin->component` in its
// version.php; how a ZIP calls its folder is nothing. An image that has every plugin already is used as it is.
// Read as text, never run: nothing here is Moodle, and nothing of a ZIP is trusted.

const MOST_FILES = 50000;
const MOST_BYTES = 1 << 30; // of one plugin, unpacked

final class Fault extends RuntimeException {}

function env(string $name, string $default): string {
    $value = getenv($name);
    return $value === false || $value === '' ? $default : $value;
}

/** What a version.php says: component, version, requires, branch, incompatible, supported; comments do not count. */
function facts(string $text): array {
    $text = preg_replace('~/\*.*?\*/~s', '', $text);
    $found = [];
    preg_match_all('~^\s*\$(?:plugin->|module->)?(\w+)\s*=\s*([^;]+);~m', $text, $matches, PREG_SET_ORDER);
    foreach ($matches as [, $name, $value]) {
        $found[$name] = trim($value, " \t\n\r'\"");
    }
    return $found;
}

function facts_in(string $folder): array {
    $file = "$folder/version.php";
    return is_readable($file) ? facts(file_get_contents($file)) : [];
}

function webroot(string $code): string {
    return is_dir("$code/public") ? "$code/public" : $code; // From 5.1 plugins lie in public/.
}

/** The folder of each plugin type: core's own list, and what plugins say of their subplugins (db/subplugins.json). */
function types(string $root): array {
    $file = "$root/lib/components.json";
    $types = is_readable($file) ? json_decode(file_get_contents($file), true)['plugintypes'] ?? [] : [];
    if (!$types) {
        throw new Fault("$file has no plugin types; is this Moodle's image, 3.11 or later?");
    }
    foreach ($types as $folder) {
        foreach (glob("$root/$folder/*/db/subplugins.json") as $file) {
            $said = json_decode(file_get_contents($file), true) ?: [];
            $types += $said['plugintypes'] ?? [];
            foreach ($said['subplugintypes'] ?? [] as $type => $inside) { // From 5.0, as seen from the plugin.
                $types += [$type => substr(dirname($file, 2), strlen($root) + 1) . "/$inside"];
            }
        }
    }
    return $types;
}

function place(string $component, array $types): ?string {
    [$type, $name] = explode('_', $component, 2);
    return isset($types[$type]) ? "$types[$type]/$name" : null;
}

/** Whether the code has every plugin of the lock, at its very version. */
function has_all(string $code, array $lock): bool {
    $root = webroot($code);
    $types = types($root);
    foreach ($lock as $component => $plugin) {
        $place = place($component, $types);
        $facts = $place === null ? [] : facts_in("$root/$place");
        if (($facts['component'] ?? '') !== $component || ($facts['version'] ?? '') !== $plugin['version']) {
            return false;
        }
    }
    return true;
}

function download(string $url, string $file): ?string {
    $protocols = getenv('PLUGINS_PLAIN_HTTP') === 'yes' ? CURLPROTO_HTTP : CURLPROTO_HTTPS; // Plain only in tests.
    $curl = curl_init($url);
    $output = fopen($file, 'wb');
    curl_setopt_array($curl, [
        CURLOPT_FILE => $output,
        CURLOPT_FAILONERROR => true,
        CURLOPT_FOLLOWLOCATION => true,
        CURLOPT_MAXREDIRS => 5,
        CURLOPT_CONNECTTIMEOUT => 10,
        CURLOPT_TIMEOUT => 300,
        CURLOPT_USERAGENT => 'quadrangle-plugins',
        CURLOPT_PROTOCOLS => $protocols,
        CURLOPT_REDIR_PROTOCOLS => $protocols,
    ]);
    $done = curl_exec($curl);
    fclose($output);
    return $done ? null : curl_error($curl);
}

/** A file with the hash of the lock: from the cache, the mirror, or where the lock says. */
function fetched(string $component, array $plugin, string $cache, string $work): string {
    $kept = "$cache/{$plugin['sha256']}.zip";
    if (is_readable($kept) && hash_file('sha256', $kept) === $plugin['sha256']) {
        return $kept;
    }
    $mirror = getenv('MOODLE_PLUGINS_MIRROR') ?: '';
    $urls = array_filter([$mirror === '' ? '' : "$mirror/$component/{$plugin['version']}.zip", $plugin['url']]);
    $said = [];
    foreach (range(1, (int) env('PLUGINS_TRIES', '3')) as $try) {
        foreach ($urls as $url) {
            $file = "$work/$component.zip";
            $error = download($url, $file);
            $hash = $error === null ? hash_file('sha256', $file) : '';
            if ($hash === $plugin['sha256']) {
                return keep($file, $kept);
            }
            $said[$url] = $url . ': ' . ($error ?? "its SHA-256 is $hash, the lock wants {$plugin['sha256']}; it is not the file that was reviewed");
        }
        sleep($try < (int) env('PLUGINS_TRIES', '3') ? 2 ** $try : 0);
    }
    throw new Fault(implode('; ', $said));
}

/** The file, in the cache too if that can be written: further pods then need no network. */
function keep(string $file, string $kept): string {
    $own = "$kept." . getmypid() . '.' . bin2hex(random_bytes(4));
    if ((is_dir(dirname($kept)) || @mkdir(dirname($kept), 0770, true)) && @copy($file, $own)) {
        @rename($own, $kept);
    }
    return $file;
}

/** The names of a ZIP, by index: all of them below its top, files and folders alone. */
function names(ZipArchive $zip): array {
    if ($zip->numFiles > MOST_FILES) {
        throw new Fault("the ZIP has $zip->numFiles files");
    }
    $names = [];
    for ($index = 0; $index < $zip->numFiles; $index++) {
        $name = $zip->getNameIndex($index);
        if ($name === false || $name === '' || $name[0] === '/' || preg_match('~(^|/)\.\.(/|$)|\\\\|[\x00-\x1f]|^[A-Za-z]:~', $name)) {
            throw new Fault('the ZIP has a file that would lie outside its folder: ' . json_encode($name));
        }
        $zip->getExternalAttributesIndex($index, $system, $attributes);
        $kind = $system === ZipArchive::OPSYS_UNIX ? ($attributes >> 16) & 0170000 : 0;
        if (!in_array($kind, [0, 0100000, 0040000], true)) {
            throw new Fault('the ZIP has a link or a device: ' . json_encode($name));
        }
        $names[$index] = $name;
    }
    return $names;
}

/** The folder inside the ZIP whose version.php is the component's, "" or ending in a slash; the one nearest to the top. */
function folder_of(ZipArchive $zip, array $names, string $component): string {
    $seen = [];
    $depths = [];
    foreach ($names as $index => $name) {
        if (basename($name) !== 'version.php') {
            continue;
        }
        $found = facts((string) $zip->getFromIndex($index, 65536))['component'] ?? '';
        $seen[] = $found;
        if ($found === $component) {
            $depths[substr($name, 0, -strlen('version.php'))] = substr_count($name, '/');
        }
    }
    asort($depths);
    $folders = array_keys($depths, min($depths ?: [0]), true);
    if (count($folders) !== 1) {
        $there = implode(', ', array_unique(array_filter($seen))) ?: 'no plugin';
        throw new Fault($folders ? 'the ZIP has the plugin more than once' : "the ZIP has no $component, but $there");
    }
    return $folders[0];
}

function unpack_into(ZipArchive $zip, array $names, string $folder, string $target): void {
    $left = MOST_BYTES;
    foreach ($names as $index => $name) {
        if (!str_starts_with($name, $folder) || str_ends_with($name, '/')) {
            continue;
        }
        $file = "$target/" . substr($name, strlen($folder));
        is_dir(dirname($file)) || mkdir(dirname($file), 0755, true);
        $input = $zip->getStreamIndex($index);
        $output = fopen($file, 'wb');
        $left -= stream_copy_to_stream($input, $output, $left + 1);
        fclose($output);
        if ($left < 0) {
            throw new Fault('the ZIP unpacks to more than ' . MOST_BYTES . ' bytes');
        }
    }
}

function remove(string $folder): void {
    $inside = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS), RecursiveIteratorIterator::CHILD_FIRST);
    foreach ($inside as $path) {
        $path->isDir() && !$path->isLink() ? rmdir($path->getPathname()) : unlink($path->getPathname());
    }
    rmdir($folder);
}

/** Whether this Moodle takes the plugin, as far as its version.php says. */
function fits(array $facts, array $plugin, array $core): void {
    if (($facts['version'] ?? '') !== $plugin['version']) {
        throw new Fault('the ZIP has version ' . ($facts['version'] ?? 'none') . ", the lock wants {$plugin['version']}");
    }
    if ((float) ($facts['requires'] ?? 0) > (float) $core['version']) {
        throw new Fault("it requires Moodle {$facts['requires']}, this is {$core['version']}");
    }
    if (isset($facts['incompatible']) && (int) $facts['incompatible'] <= (int) $core['branch']) {
        throw new Fault("it says of itself that it does not work from branch {$facts['incompatible']} on, this is {$core['branch']}");
    }
    if (preg_match('~(\d+)\D+(\d+)~', $facts['supported'] ?? '', $range) && ($core['branch'] < $range[1] || $core['branch'] > $range[2])) {
        echo "warn  {$facts['component']}: tested by its authors on branches $range[1] to $range[2], this is {$core['branch']}\n";
    }
}

function install(string $component, array $plugin, string $archive, string $target, array $core): void {
    $zip = new ZipArchive();
    if ($zip->open($archive, ZipArchive::RDONLY) !== true) {
        throw new Fault('the file is no ZIP');
    }
    $names = names($zip);
    $folder = folder_of($zip, $names, $component);
    fits(facts((string) $zip->getFromName("{$folder}version.php", 65536)), $plugin, $core);
    $there = facts_in($target)['version'] ?? '0';
    if ((float) $there > (float) $plugin['version']) {
        throw new Fault("the image has $there, which is newer: Moodle never goes back; raise the lock");
    }
    is_dir($target) && remove($target);
    unpack_into($zip, $names, $folder, $target);
    echo "ok    $component {$plugin['version']}\n";
}

/** Every plugin of the lock into the new code; subplugins after the plugin that has their type. Those that failed are returned. */
function install_all(array $lock, array $files, string $new, array $core): array {
    $root = webroot($new);
    $failed = [];
    for ($before = -1; count($lock) !== $before;) {
        $before = count($lock);
        $types = types($root);
        foreach ($lock as $component => $plugin) {
            $place = place($component, $types);
            if ($place === null) {
                continue;
            }
            unset($lock[$component]);
            try {
                install($component, $plugin, $files[$component], "$root/$place", $core);
            } catch (Fault $fault) {
                $failed[$component] = $fault->getMessage();
            }
        }
    }
    foreach ($lock as $component => $_) {
        $failed[$component] = 'neither Moodle nor a plugin of the lock has plugins of the type ' . strstr($component, '_', true);
    }
    return $failed;
}

function fetch_all(array $lock, string $work): array {
    $files = $failed = [];
    foreach ($lock as $component => $plugin) {
        try {
            $files[$component] = fetched($component, $plugin, env('PLUGINS_CACHE', '/var/moodledata/plugins'), $work);
        } catch (Fault $fault) {
            $failed[$component] = $fault->getMessage();
        }
    }
    return [$files, $failed];
}

function assemble(array $lock, string $image, string $code): array {
    $work = dirname($code) . '/work';
    is_dir($work) && remove($work); // of a container that was ended half-way
    mkdir($work, 0755, true);
    [$files, $failed] = fetch_all($lock, $work);
    if (!$failed) {
        exec('cp -R -- ' . escapeshellarg($image) . ' ' . escapeshellarg("$work/code"), $_, $status);
        if ($status !== 0) {
            throw new Fault('Moodle\'s code cannot be copied; see what cp says, and the size limit of the volume `code`');
        }
        $failed = install_all($lock, $files, "$work/code", facts_in(webroot("$work/code")));
    }
    if (!$failed) {
        rename("$work/code", $code); // whole, or not there
    }
    remove($work);
    return $failed;
}

$image = env('MOODLE_IMAGE_ROOT', '/var/www/moodle');
$code = env('MOODLE_CODE_ROOT', '/srv/moodle/code');
$lock = json_decode(file_get_contents(env('PLUGINS_LOCK', '/etc/moodle-plugins/lock.json')), true, 8, JSON_THROW_ON_ERROR);
try {
    if (file_exists($code)) {
        echo "the code is there already\n";
    } elseif (has_all($image, $lock)) {
        symlink($image, $code);
        echo "the image has every plugin of the lock\n";
    } else {
        $failed = assemble($lock, $image, $code);
        foreach ($failed as $component => $reason) {
            echo "FAIL  $component: $reason\n";
        }
        echo $failed ? 'no code: ' . implode(', ', array_keys($failed)) : count($lock) . ' plugins in place', "\n";
        exit($failed ? 1 : 0);
    }
} catch (Fault $fault) {
    echo 'FAIL  ', $fault->getMessage(), "\n";
    exit(1);
}
