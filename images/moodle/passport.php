<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Prints the passport of the Moodle tree of an image, as JSON for `quad passport import`:
//   php passport.php /var/www/moodle [archives.json] > passport.json
// archives.json has the SHA-256 of the ZIP of each plugin beside Moodle's own, by component. Read as text, never run: no config.php and no
// database is needed. A db folder is hashed as Moodle's own core_component does when it asks whether an upgrade needs maintenance.

function fail(string $words): never {
    fwrite(STDERR, "passport: $words\n");
    exit(1);
}

function text(string $file): string {
    return is_readable($file) ? file_get_contents($file) : fail("$file cannot be read");
}

/** What a version.php says; comments do not count. */
function facts(string $file): array {
    $text = preg_replace('~/\*.*?\*/~s', '', text($file));
    preg_match_all('~^\s*\$(?:plugin->)?(\w+)\s*=\s*([^;]+);~m', $text, $matches, PREG_SET_ORDER);
    $found = [];
    foreach ($matches as [, $name, $value]) {
        $found[$name] = trim($value, " \t\r\n'\"");
    }
    return $found;
}

function json(string $file): array {
    return json_decode(text($file), true) ?? fail("$file is no JSON");
}

/** The folder of each component: core's lib, and every plugin, also those below plugins, by what they say of themselves. */
function components(string $root): array {
    $types = json("$root/lib/components.json")['plugintypes'] ?? fail('lib/components.json has no plugin types');
    $found = ['core' => "$root/lib"];
    while ($types) {
        $inside = [];
        foreach ($types as $type => $folder) {
            foreach (glob("$root/$folder/*/version.php") as $file) {
                $plugin = dirname($file);
                $found[$type . '_' . basename($plugin)] = $plugin;
                $said = is_readable("$plugin/db/subplugins.json") ? json("$plugin/db/subplugins.json") : [];
                $inside += $said['plugintypes'] ?? [];
                foreach ($said['subplugintypes'] ?? [] as $name => $below) { // From 5.0, as seen from the plugin.
                    $inside += [$name => substr($plugin, strlen($root) + 1) . "/$below"];
                }
            }
        }
        $types = $inside;
    }
    ksort($found);
    return $found;
}

/** Contents in the order of names, no folder inside; a folder that is not there is an empty text. */
function folder_hash(string $folder): string {
    if (!is_dir($folder)) {
        return sha1('');
    }
    $names = scandir($folder);
    sort($names);
    $files = array_filter(array_map(fn($name) => "$folder/$name", $names), fn($file) => !is_dir($file));
    return sha1(serialize(array_values(array_map('sha1_file', $files))));
}

/** Over all that a browser keeps, and what is made into it: scripts, styles, templates, pictures and words, with their paths. */
function static_hash(string $root): string {
    $lines = [];
    $all = new RecursiveIteratorIterator(new RecursiveDirectoryIterator($root, FilesystemIterator::SKIP_DOTS));
    foreach ($all as $file) {
        $path = substr($file->getPathname(), strlen($root) + 1);
        $kept = preg_match('~\.(js|css|scss|less|mustache|svg|png|gif|jpe?g|ico|woff2?|ttf)$|(^|/)lang/[^/]+/[^/]+\.php$~', $path);
        if ($kept && $file->isFile() && !preg_match('~(^|/)(node_modules|tests)/~', $path)) {
            $lines[] = "$path\0" . sha1_file($file->getPathname()) . "\n";
        }
    }
    sort($lines);
    return sha1(implode('', $lines));
}

/** The attributes of each element of a name, in a text that is known to be XML: an image need not have PHP's own reader. */
function elements(string $text, string $name): array {
    preg_match_all("~<$name\\s([^>]*)>~", $text, $matches);
    return array_map(function ($said) {
        preg_match_all('~([A-Za-z]+)\s*=\s*"([^"]*)"~', $said, $pairs);
        return array_combine($pairs[1], $pairs[2]);
    }, $matches[1]);
}

/** Floors, the lowest release to upgrade from, and whose they are, of the newest entry of environment.xml. */
function environment(string $root): array {
    $text = preg_replace('~<!--.*?-->~s', '', text("$root/admin/environment.xml"));
    $entries = [];
    foreach (array_slice(preg_split('~(?=<MOODLE\s)~', $text), 1) as $entry) {
        $entries[elements($entry, 'MOODLE')[0]['version'] ?? ''] = $entry;
    }
    uksort($entries, 'version_compare');
    $newest = end($entries) ?: fail('admin/environment.xml has no entry');
    $floors = ['php' => implode('.', array_slice(explode('.', elements($newest, 'PHP')[0]['version'] ?? ''), 0, 2))];
    foreach (elements($newest, 'VENDOR') as $vendor) {
        $name = ['postgres' => 'postgresql', 'mysql' => 'mysql', 'mariadb' => 'mariadb', 'auroramysql' => 'auroramysql'][$vendor['name']] ?? '';
        if ($name) {
            $floors[$name] = $name === 'postgresql' ? (int)$vendor['version'] : $vendor['version'];
        }
    }
    return [$floors, elements($newest, 'MOODLE')[0]['requires'], (string)array_key_last($entries)];
}

function plugins(array $components, array $archives): array {
    $found = [];
    foreach ($archives as $component => $sha256) {
        $folder = $components[$component] ?? fail("$component is not in the tree");
        $said = facts("$folder/version.php");
        $plugin = ['component' => $component, 'version' => (int)($said['version'] ?? fail("$component has no version"))];
        if (isset($said['requires'])) {
            $plugin['requires'] = (int)$said['requires'];
        }
        if (preg_match_all('~\d{3}~', $said['supported'] ?? '', $branches)) {
            $plugin['supported'] = [$branches[0][0], end($branches[0])];
        }
        $found[] = $plugin + ['sha256' => $sha256];
    }
    usort($found, fn($one, $two) => strcmp($one['component'], $two['component']));
    return $found;
}

$code = realpath($argv[1] ?? '') ?: fail('usage: php passport.php CODE [archives.json]');
$root = is_dir("$code/public") ? "$code/public" : $code; // From 5.1 the code is in public/.
$core = facts("$root/version.php");
preg_match('~^(\d+\.\d+)(\.\d+)?~', $core['release'] ?? '', $release) || fail('version.php has no release');
[$floors, $from, $newest] = environment($root);
if ($newest !== $release[1]) {
    fail("environment.xml ends with $newest, and this is $release[1]");
}
$components = components($root);
$plugins = plugins($components, isset($argv[2]) ? json($argv[2]) : []);
$passport = [
    'version' => $release[1] . ($release[2] ?? '.0'),
    'branch' => $core['branch'],
    'build' => preg_match('~^\d{10}$~', $core['version']) ? "$core[version].00" : $core['version'],
    'maturity' => strtolower(str_replace('MATURITY_', '', $core['maturity'] ?? 'MATURITY_STABLE')),
    'codeRoot' => $code,
    'php' => PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION,
    'floors' => $floors,
    'upgradeFrom' => $from,
    'hashes' => [
        'static' => static_hash($root),
        'database' => array_map(fn($folder) => folder_hash("$folder/db"), $components),
    ],
] + ($plugins ? ['plugins' => $plugins] : []);
echo json_encode($passport, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES), "\n";
