<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

/** The widget as the server gives it: of use without any script. Nothing here calls Moodle. */
final class form {
    public const FIELDS = ['current', 'weight', 'goal'];

    /** What was asked for, by field, as texts; and what a string identifier reads like. */
    public function __construct(private array $given, private \Closure $string) {
    }

    public function html(string $action): string {
        $fields = implode('', array_map(fn(string $name): string => $this->field($name), self::FIELDS));
        $words = '';
        foreach (['needed', 'reached', 'impossible'] as $name) {
            $words .= " data-$name=\"" . self::safe(($this->string)($name)) . '"';
        }
        return '<form id="@component@" method="get" action="' . self::safe($action) . "\">$fields"
            . '<button type="submit" class="btn btn-primary">' . self::safe(($this->string)('calculate')) . '</button>'
            . "<p role=\"status\"$words>" . self::safe($this->answer()) . '</p></form>';
    }

    /** The answer in words; none where something is missing or makes no sense. */
    public function answer(): string {
        $values = array_map(fn(string $name): ?int => self::hundredths($this->given[$name] ?? ''), self::FIELDS);
        $needed = in_array(null, $values, true) ? null : needed::grade(...$values);
        return match (true) {
            $needed === null => '',
            $needed === 0 => ($this->string)('reached'),
            $needed > needed::WHOLE => ($this->string)('impossible'),
            default => str_replace('{}', sprintf('%.2f', $needed / 100), ($this->string)('needed')),
        };
    }

    private function field(string $name): string {
        $value = self::safe($this->given[$name] ?? '');
        return "<p><label for=\"@component@_$name\">" . self::safe(($this->string)($name)) . '</label> '
            . "<input type=\"number\" min=\"0\" max=\"100\" step=\"0.01\" required id=\"@component@_$name\" name=\"$name\" value=\"$value\"></p>";
    }

    /** What a number field sends, with at most two decimals. */
    private static function hundredths(string $text): ?int {
        if (!preg_match('/^(\d{1,3})(?:\.(\d{1,2}))?$/D', $text, $found)) {
            return null;
        }
        return 100 * (int) $found[1] + (int) str_pad($found[2] ?? '', 2, '0');
    }

    private static function safe(string $text): string {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
