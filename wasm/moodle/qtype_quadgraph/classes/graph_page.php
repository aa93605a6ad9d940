<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph;

use html_writer;
use local_wasmwidgets\question_frame;

/** What is asked, as HTML: fields for numbers, and for points the grid that a script makes answer. */
final class graph_page {
    /**
     * @param array $response what has been answered, by field
     * @param callable $name from a field's name to its name in the page's form
     */
    public function __construct(private target $target, private plane $plane, private array $response, private $name) {
    }

    public function html(string $id): string {
        return $this->target->kind === 'number' ? $this->number() : $this->graph($id);
    }

    /** A response that is only shown. */
    public static function shown(target $target, plane $plane, array $response, string $text): string {
        $points = array_map(static fn(array $at): string => $plane->point($at, ['class' => 'qw-point']), $target->points($response));
        $drawing = $target->kind === 'number' ? '' : $plane->html(implode('', $points), $plane->label(), 'img');
        return html_writer::tag('div', html_writer::tag('p', s($text)) . $drawing, ['class' => 'qw qw-graph']);
    }

    private function number(): string {
        $html = $this->field('number', self::string('number'), self::string('number'));
        if ($this->target->units()) {
            $options = html_writer::tag('option', '', ['value' => '']);
            foreach ($this->target->units() as $unit) {
                $chosen = $unit === ($this->response['unit'] ?? '') ? ['selected' => 'selected'] : [];
                $options .= html_writer::tag('option', s($unit), ['value' => $unit] + $chosen);
            }
            $select = html_writer::tag('select', $options, ['name' => ($this->name)('unit'), 'class' => 'qw:select']);
            $html .= html_writer::tag('label', html_writer::tag('span', self::string('unit')) . $select);
        }
        return html_writer::tag('div', html_writer::tag('span', $html, ['class' => 'qw-place']), ['class' => 'qw qw-graph']);
    }

    private function graph(string $id): string {
        $fields = $points = '';
        for ($point = 0; $point < $this->target->count(); $point++) {
            $fields .= html_writer::tag('li', $this->fields($point));
            $points .= $this->handle($point);
        }
        $through = $this->target->kind === 'line' ? html_writer::tag('line', '', ['class' => 'qw-through']) : '';
        $content = html_writer::tag('p', self::string("help{$this->target->kind}"), ['class' => 'qw-help'])
            . html_writer::tag('p', self::string('helplive'), ['class' => 'qw-help', 'hidden' => 'hidden'])
            . html_writer::tag('ol', $fields, ['class' => 'qw-lines'])
            . $this->plane->html($through . $points, $this->plane->label(), 'group')
            . html_writer::tag('p', '', ['role' => 'status', 'class' => 'qw-help']);
        return question_frame::html('graph', $id, self::string('pluginname'), $content, $this->props());
    }

    private function fields(int $point): string {
        $number = $point + 1;
        $html = html_writer::tag('span', self::string('point', $number), ['class' => 'qw-name']);
        foreach (['x', 'y'] as $side) {
            $html .= $this->field("$side$point", $side, self::string("point$side", $number));
        }
        $given = ['type' => 'button', 'data-take' => $point, 'class' => 'qw:btn', 'hidden' => 'hidden', 'aria-label' => self::string('take', $number)];
        return html_writer::tag('span', $html . html_writer::tag('button', self::string('takeshort'), $given), ['class' => 'qw-place']);
    }

    private function field(string $field, string $text, string $label): string {
        $given = ['type' => 'number', 'name' => ($this->name)($field), 'value' => $this->response[$field] ?? '', 'step' => 'any'];
        $known = ['data-field' => $field, 'class' => 'qw:input', 'aria-label' => $label, 'autocomplete' => 'off'];
        return html_writer::tag('label', html_writer::tag('span', $text) . html_writer::empty_tag('input', $given + $known));
    }

    private function handle(int $point): string {
        $limits = ['aria-valuemin' => $this->plane->from[0], 'aria-valuemax' => $this->plane->to[0]];
        $known = ['class' => 'qw-point', 'data-point' => $point, 'aria-label' => self::string('point', $point + 1)];
        return $this->plane->point($this->target->points($this->response)[$point] ?? null, $known + $limits);
    }

    private function props(): array {
        $places = (object) ['point' => '{point}', 'x' => '{x}', 'y' => '{y}'];
        $strings = ['placed' => self::string('placed', $places)];
        return ['from' => $this->plane->from, 'to' => $this->plane->to, 'step' => $this->plane->step, 'strings' => $strings];
    }

    private static function string(string $name, $a = null): string {
        return get_string($name, 'qtype_quadgraph', $a);
    }
}
