<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// As much of Moodle as the plugin's HTML calls, without Moodle: for PHPUnit here and for the pages of wasm/tests.

define('MOODLE_INTERNAL', true);

spl_autoload_register(static function (string $class): void {
    [$component, $name] = explode('\\', $class, 2) + [1 => ''];
    $folders = ['local_wasmwidgets' => dirname(__DIR__, 2), 'local_gradebookfastpath' => dirname(__DIR__, 5) . '/rust/moodle/local_gradebookfastpath'];
    $folders += ['qtype_quadorder' => dirname(__DIR__, 3) . '/qtype_quadorder', 'qtype_quadgraph' => dirname(__DIR__, 3) . '/qtype_quadgraph'];
    $file = ($folders[$component] ?? '') . "/classes/$name.php";
    if (isset($folders[$component]) && is_file($file)) {
        require $file;
    }
});

function s(?string $text): string {
    return htmlspecialchars((string) $text, ENT_QUOTES | ENT_HTML5 | ENT_SUBSTITUTE);
}

/** A string of a plugin; in the language `xx` between brackets, so that what is not translated is seen. */
function get_string(string $name, string $component, $a = null): string {
    $string = ['decsep' => $GLOBALS['decsep'] ?? '.', 'strftimetime' => '%H:%M'];
    $plugin = $component === 'langconfig' ? 'local_wasmwidgets' : $component;
    require dirname(__DIR__, 3) . "/$plugin/lang/en/$plugin.php";
    $text = $string[$name] ?? throw new LogicException("no string $name in $component");
    $text = preg_replace_callback('/\{\$a(?:->(\w+))?\}/', static fn(array $found): string => isset($found[1]) ? $a->{$found[1]} : $a, $text);
    $plain = ($GLOBALS['language'] ?? 'en') !== 'xx' || $component === 'langconfig' || $name === 'nograde';
    return $plain ? $text : "⟦{$text}⟧";
}

/** Attributes are escaped, contents are HTML, as in Moodle. */
final class html_writer {
    public static function tag(string $tag, string $contents, array $attributes = []): string {
        return '<' . $tag . self::attributes($attributes) . ">$contents</$tag>";
    }

    public static function empty_tag(string $tag, array $attributes = []): string {
        return '<' . $tag . self::attributes($attributes) . ' />';
    }

    private static function attributes(array $attributes): string {
        $html = '';
        foreach ($attributes as $name => $value) {
            $html .= $value === null ? '' : " $name=\"" . s((string) $value) . '"';
        }
        return $html;
    }
}

final class moodle_url {
    public function __construct(private string $path, private array $params = []) {
    }

    /** Where Moodle serves a file of a plugin. */
    public static function make_pluginfile_url(int $context, string $component, string $area, $item, string $folder, string $name): self {
        return new self("/pluginfile.php/$context/$component/$area/$item$folder" . rawurlencode($name));
    }

    public function out(bool $escaped = true): string {
        $query = $this->params ? '?' . http_build_query($this->params) : '';
        return $escaped ? s($this->path . $query) : $this->path . $query;
    }
}
