<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use html_writer;

/** The grade preview as HTML: a form that works without a script, the totals, and the same in numbers for the browser. */
final class gradepreview_page {
    private const STRINGS = ['changed', 'nograde', 'invalid'];
    /** By student; null where the settings make no sense. */
    private ?array $totals;

    /**
     * @param gradepreview $shown with the settings that are tried
     * @param array $hidden what the form sends besides, by name
     */
    public function __construct(private gradepreview $shown, private array $hidden) {
        try {
            $this->totals = $shown->totals();
        } catch (\ValueError $error) {
            $this->totals = null;
        }
    }

    public function html(): string {
        $label = get_string('gradepreview', 'local_wasmwidgets');
        return widget::html('gradepreview', $label, $this->form() . $this->results(), $this->props());
    }

    private function form(): string {
        $category = $this->shown->category;
        $hidden = '';
        foreach ($this->hidden as $name => $value) {
            $hidden .= html_writer::empty_tag('input', ['type' => 'hidden', 'name' => $name, 'value' => $value]);
        }
        $fields = fields::select('aggregation', self::methods(), (int) $category['aggregation'])
            . fields::number('droplow', (int) $category['droplow'], ['max' => 100, 'step' => 1])
            . fields::number('keephigh', (int) $category['keephigh'], ['max' => 100, 'step' => 1])
            . fields::checkbox('aggregateonlygraded', (bool) $category['aggregateonlygraded']);
        $submit = html_writer::tag('button', get_string('update', 'local_wasmwidgets'), ['type' => 'submit', 'class' => 'qw:btn qw:btn-primary']);
        $content = $hidden . html_writer::tag('div', $fields, ['class' => 'qw-fields']) . $this->items() . $submit;
        return html_writer::tag('form', $content, ['method' => 'get', 'class' => 'qw-form', 'data-region' => 'form']);
    }

    private function items(): string {
        $method = (int) $this->shown->category['aggregation'];
        $rows = '';
        foreach ($this->shown->items as $item) {
            $weighted = fields::common('weightof', $item['name'], gradepreview::WEIGHTED, $method);
            $weight = fields::weight("weight[{$item['id']}]", $this->shown->weight($item), $weighted);
            $extra = fields::tick(
                "extra[{$item['id']}]",
                $this->shown->is_extra($item),
                fields::common('extraof', $item['name'], gradepreview::EXTRA, $method)
            );
            $rows .= html_writer::tag('tr', html_writer::tag('th', html_writer::tag('bdi', s($item['name'])), ['scope' => 'row'])
                . html_writer::tag('td', number::range($item['grademin'], $item['grademax']), ['class' => 'qw-number'])
                . html_writer::tag('td', $weight) . html_writer::tag('td', $extra));
        }
        return self::table('items', ['item' => '', 'range' => 'qw-number', 'weight' => '', 'extra' => ''], $rows)
            . html_writer::tag('p', get_string('weighthelp', 'local_wasmwidgets'), ['class' => 'qw-help']);
    }

    private function results(): string {
        $rows = '';
        foreach ($this->shown->students as $index => $student) {
            [$now, $then] = [$student['total'], $this->totals[$index] ?? null];
            $cells = html_writer::tag('th', html_writer::tag('bdi', s($student['name'])), ['scope' => 'row']);
            foreach ([number::of($now), number::of($then), number::change($now, $then)] as $cell) {
                $cells .= html_writer::tag('td', $cell, ['class' => 'qw-number']);
            }
            $rows .= html_writer::tag('tr', $cells, ['class' => number::differs($now, $then) ? 'qw-changed' : '']);
        }
        $content = html_writer::tag('p', $this->summary(), ['role' => 'status', 'class' => 'qw:alert'])
            . self::table('totals', ['student' => ''] + array_fill_keys(['now', 'preview', 'change'], 'qw-number'), $rows);
        return html_writer::tag('div', $content, ['data-region' => 'results']);
    }

    private function summary(): string {
        if ($this->totals === null) {
            return get_string('invalid', 'local_wasmwidgets');
        }
        $now = array_column($this->shown->students, 'total');
        $changed = count(array_filter(array_map([number::class, 'differs'], $now, $this->totals)));
        $numbers = ['changed' => $changed, 'all' => count($now), 'now' => number::mean($now), 'then' => number::mean($this->totals)];
        return get_string($changed ? 'summary' : 'summarynone', 'local_wasmwidgets', (object) $numbers);
    }

    /** @param array $head class by name of the column */
    private static function table(string $caption, array $head, string $rows): string {
        $cells = '';
        foreach ($head as $name => $class) {
            $cells .= html_writer::tag('th', get_string($name, 'local_wasmwidgets'), ['scope' => 'col', 'class' => $class]);
        }
        $content = html_writer::tag('caption', get_string($caption, 'local_wasmwidgets'))
            . html_writer::tag('thead', html_writer::tag('tr', $cells)) . html_writer::tag('tbody', $rows);
        $table = html_writer::tag('table', $content, ['class' => "qw:table qw:table-sm qw-$caption"]);
        $label = get_string($caption, 'local_wasmwidgets');
        return html_writer::tag('div', $table, ['class' => 'qw-scroll', 'tabindex' => '0', 'role' => 'region', 'aria-label' => $label]);
    }

    private static function methods(): array {
        $said = array_map(static fn(int $code): string => get_string("method$code", 'local_wasmwidgets'), gradepreview::METHODS);
        return array_combine(gradepreview::METHODS, $said);
    }

    private function props(): array {
        $students = $this->shown->students;
        $flat = static fn(string $name): array => array_merge(...array_map('array_values', array_column($students, $name)));
        $placeholders = (object) ['changed' => '{changed}', 'all' => '{all}', 'now' => '{now}', 'then' => '{then}'];
        $strings = widget::strings(...self::STRINGS);
        foreach (['summary', 'summarynone'] as $name) {
            $strings[$name] = get_string($name, 'local_wasmwidgets', $placeholders);
        }
        return [
            'category' => array_map('floatval', $this->shown->category),
            'items' => array_map(static fn(array $item): array => [
                'id' => (int) $item['id'], 'category' => $item['itemtype'] === 'category',
            ] + array_map('floatval', array_intersect_key($item, array_flip(['grademin', 'grademax', 'extraweight']))), $this->shown->items),
            'names' => array_column($students, 'name'),
            'totals' => array_column($students, 'total'),
            'kept' => array_map('intval', array_column($students, 'kept')),
            'grades' => $flat('grades'),
            'excluded' => array_map('intval', $flat('excluded')),
            'decsep' => number::decsep(),
            'strings' => $strings,
        ];
    }
}
