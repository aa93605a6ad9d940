<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** The frame of a widget: HTML that is of use by itself, and what the browser needs to make more of it. */
final class widget {
    /**
     * @param string $name of the widget, which is the id of its element too: a page has one of each
     * @param string $label what a screen reader calls it
     * @param string $content HTML
     * @param array $props what the browser gets
     */
    public static function html(string $name, string $label, string $content, array $props): string {
        return \html_writer::tag('section', $content, [
            'id' => self::id($name),
            'class' => "qw qw-$name",
            'aria-label' => $label,
            'data-widget' => $name,
            'data-props' => json_encode($props, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE),
        ]);
    }

    public static function id(string $name): string {
        return "local-wasmwidgets-$name";
    }

    /** Strings of this plugin, by name. */
    public static function strings(string ...$names): array {
        $said = array_map(static fn(string $name): string => get_string($name, 'local_wasmwidgets'), $names);
        return array_combine($names, $said);
    }
}
