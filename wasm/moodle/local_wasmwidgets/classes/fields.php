<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use html_writer;

/** Fields of a form with their labels, which are strings of this plugin by the field's name. */
final class fields {
    public static function select(string $name, array $options, $chosen): string {
        $html = '';
        foreach ($options as $value => $text) {
            $selected = (string) $value === (string) $chosen ? ['selected' => 'selected'] : [];
            $html .= html_writer::tag('option', s($text), ['value' => $value] + $selected);
        }
        return self::labelled($name, html_writer::tag('select', $html, ['name' => $name, 'class' => 'qw:select']));
    }

    public static function number(string $name, int $value, array $attributes): string {
        $given = ['type' => 'number', 'name' => $name, 'value' => $value, 'min' => 0, 'class' => 'qw:input'];
        return self::labelled($name, html_writer::empty_tag('input', $given + $attributes));
    }

    public static function checkbox(string $name, bool $checked): string {
        $given = ['type' => 'checkbox', 'name' => $name, 'value' => 1, 'class' => 'qw:checkbox'];
        return self::labelled($name, html_writer::empty_tag('input', $given + ($checked ? ['checked' => 'checked'] : [])));
    }

    /** A weight, in a table that names it otherwise. */
    public static function weight(string $name, ?float $value, array $common): string {
        $given = ['type' => 'number', 'name' => $name, 'value' => $value, 'min' => 0, 'max' => 10000, 'step' => 'any'];
        return html_writer::empty_tag('input', $given + $common + ['class' => 'qw:input qw-weight']);
    }

    public static function tick(string $name, bool $checked, array $common): string {
        $given = ['type' => 'checkbox', 'name' => $name, 'value' => 1] + ($checked ? ['checked' => 'checked'] : []);
        return html_writer::empty_tag('input', $given + $common + ['class' => 'qw:checkbox']);
    }

    /** What a field in a table is called, and the aggregations in which it counts: in others it is disabled. */
    public static function common(string $string, string $of, array $only, int $aggregation): array {
        $disabled = in_array($aggregation, $only, true) ? [] : ['disabled' => 'disabled'];
        return ['aria-label' => get_string($string, 'local_wasmwidgets', $of), 'data-only' => implode(' ', $only)] + $disabled;
    }

    private static function labelled(string $name, string $field): string {
        $text = html_writer::tag('span', get_string($name, 'local_wasmwidgets'));
        return html_writer::tag('label', $text . $field, ['class' => 'qw-field']);
    }
}
