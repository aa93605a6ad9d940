<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadorder;

use html_writer;
use local_wasmwidgets\question_frame;

/** The lines as HTML: each with fields for its place and its indentation, and the buttons that a script shows in their stead. */
final class order_page {
    private const SIGNS = ['add' => '+', 'up' => '↑', 'down' => '↓', 'outdent' => '←', 'indent' => '→', 'remove' => '×'];

    /**
     * @param array $texts the lines as they are given out
     * @param array $response what has been answered, by field
     * @param callable $name from a field's name to its name in the page's form
     * @param bool $indents whether lines have to be indented
     */
    public function __construct(private array $texts, private array $response, private $name, private bool $indents) {
    }

    public function html(string $id): string {
        $live = $this->indents ? 'helpliveindent' : 'helplive';
        $content = html_writer::tag('p', self::string('help'), ['class' => 'qw-help qw-unlive'])
            . html_writer::tag('p', self::string($live), ['class' => 'qw-help', 'hidden' => 'hidden'])
            . self::title("$id-program", 'program')
            . html_writer::tag('ol', '', ['class' => 'qw-lines qw-program', 'hidden' => 'hidden', 'aria-labelledby' => "$id-program"])
            . self::title("$id-spare", 'spare')
            . html_writer::tag('ol', $this->rows(), ['class' => 'qw-lines qw-spare', 'aria-labelledby' => "$id-spare"])
            . html_writer::tag('p', '', ['role' => 'status', 'class' => 'qw-help']);
        return question_frame::html('order', $id, self::string('pluginname'), $content, $this->props());
    }

    private static function title(string $id, string $name): string {
        return html_writer::tag('p', self::string($name), ['class' => 'qw-title', 'id' => $id, 'hidden' => 'hidden']);
    }

    private function rows(): string {
        $html = '';
        foreach (array_values($this->texts) as $index => $text) {
            $code = html_writer::tag('code', s($text), ['data-text' => '']);
            $html .= html_writer::tag('li', $this->fields($index, $text) . $code . $this->steps($text), ['data-line' => $index]);
        }
        return $html;
    }

    private function fields(int $index, string $text): string {
        $html = $this->field('place', $index, $text, ['min' => 1, 'max' => count($this->texts)]);
        if ($this->indents) {
            $html .= $this->field('indent', $index, $text, ['min' => 0, 'max' => code::DEEPEST]);
        }
        return html_writer::tag('span', $html, ['class' => 'qw-place']);
    }

    private function field(string $field, int $index, string $text, array $limits): string {
        $label = html_writer::tag('span', self::string($field === 'place' ? 'place' : 'indentlabel'));
        $given = ['type' => 'number', 'name' => ($this->name)("$field$index"), 'value' => $this->response["$field$index"] ?? '', 'step' => 1];
        $known = ['data-field' => $field, 'class' => 'qw:input', 'aria-label' => self::string("{$field}of", $text), 'autocomplete' => 'off'];
        return html_writer::tag('label', $label . html_writer::empty_tag('input', $given + $limits + $known));
    }

    private function steps(string $text): string {
        $html = '';
        foreach (self::SIGNS as $step => $sign) {
            if ($this->indents || !in_array($step, ['indent', 'outdent'], true)) {
                $given = ['type' => 'button', 'data-step' => $step, 'class' => 'qw:btn', 'aria-label' => self::string($step, $text)];
                $html .= html_writer::tag('button', $sign, $given);
            }
        }
        return html_writer::tag('span', $html, ['class' => 'qw-steps', 'hidden' => 'hidden']);
    }

    private function props(): array {
        $places = (object) ['place' => '{place}', 'all' => '{all}', 'indent' => '{indent}', 'line' => '{line}'];
        return [
            'deepest' => $this->indents ? code::DEEPEST : 0,
            'strings' => ['moved' => self::string($this->indents ? 'movedindent' : 'moved', $places), 'removed' => self::string('removed', '{line}')],
        ];
    }

    private static function string(string $name, $a = null): string {
        return get_string($name, 'qtype_quadorder', $a);
    }
}
