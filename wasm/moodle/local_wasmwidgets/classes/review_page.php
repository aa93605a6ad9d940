<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use html_writer;

/** A list of a reviewed quiz's questions as HTML: what became of each, and a filter that works without a script. */
final class review_page {
    public const FILTERS = ['all', 'correct', 'partial', 'incorrect', 'unanswered', 'ungraded', 'flagged'];
    private const BADGES = ['correct' => 'qw:badge-success', 'partial' => 'qw:badge-warning', 'incorrect' => 'qw:badge-error'];

    /**
     * @param array $questions number, state (one of the filters between all and flagged), mark, flagged, url, and target (its element's id, on the
     *     page where it is)
     * @param string $filter what is shown
     * @param array $hidden what the form sends besides, by name
     */
    public function __construct(private array $questions, private string $filter, private array $hidden) {
        $this->filter = in_array($filter, self::FILTERS, true) ? $filter : 'all';
    }

    public function html(): string {
        return widget::html('review', get_string('review', 'local_wasmwidgets'), $this->form() . $this->status() . $this->table(), $this->props());
    }

    private function form(): string {
        $hidden = '';
        foreach ($this->hidden as $name => $value) {
            $hidden .= html_writer::empty_tag('input', ['type' => 'hidden', 'name' => $name, 'value' => $value]);
        }
        $options = [];
        foreach (self::FILTERS as $filter) {
            $options[$filter] = get_string("show$filter", 'local_wasmwidgets', count($this->shown($filter)));
        }
        $select = fields::select('show', $options, $this->filter);
        $submit = html_writer::tag('button', get_string('filter', 'local_wasmwidgets'), ['type' => 'submit', 'class' => 'qw:btn qw:btn-primary']);
        $walk = '';
        foreach (['previous', 'next'] as $name) {
            $given = ['type' => 'button', 'class' => "qw:btn qw-$name", 'hidden' => 'hidden'];
            $walk .= html_writer::tag('button', get_string($name, 'local_wasmwidgets'), $given);
        }
        return html_writer::tag('form', $hidden . $select . $submit . $walk, ['method' => 'get', 'class' => 'qw-row']);
    }

    private function status(): string {
        $numbers = (object) ['shown' => count($this->shown($this->filter)), 'all' => count($this->questions)];
        return html_writer::tag('p', get_string('shown', 'local_wasmwidgets', $numbers), ['role' => 'status', 'class' => 'qw-help']);
    }

    private function table(): string {
        $head = $rows = '';
        foreach (['question' => '', 'reviewstate' => '', 'reviewmark' => 'qw-number'] as $name => $class) {
            $head .= html_writer::tag('th', get_string($name, 'local_wasmwidgets'), ['scope' => 'col', 'class' => $class]);
        }
        foreach ($this->questions as $question) {
            $hidden = self::is_shown($this->filter, $question) ? [] : ['hidden' => 'hidden'];
            $rows .= html_writer::tag('tr', self::cells($question), $hidden);
        }
        $label = get_string('reviewlist', 'local_wasmwidgets');
        $content = html_writer::tag('caption', $label) . html_writer::tag('thead', html_writer::tag('tr', $head)) . html_writer::tag('tbody', $rows);
        $table = html_writer::tag('table', $content, ['class' => 'qw:table qw:table-sm qw-questions']);
        return html_writer::tag('div', $table, ['class' => 'qw-scroll', 'tabindex' => '0', 'role' => 'region', 'aria-label' => $label]);
    }

    private static function cells(array $question): string {
        $title = get_string('questionnumber', 'local_wasmwidgets', $question['number']);
        $link = html_writer::tag('a', s($title), ['href' => $question['url']]);
        $badge = self::BADGES[$question['state']] ?? '';
        $state = html_writer::tag('span', get_string("state{$question['state']}", 'local_wasmwidgets'), ['class' => "qw:badge $badge"]);
        if ($question['flagged']) {
            $state .= ' ' . html_writer::tag('span', get_string('stateflagged', 'local_wasmwidgets'), ['class' => 'qw:badge qw:badge-outline']);
        }
        return html_writer::tag('th', $link, ['scope' => 'row']) . html_writer::tag('td', $state)
            . html_writer::tag('td', s($question['mark']), ['class' => 'qw-number', 'data-text' => '']);
    }

    private function shown(string $filter): array {
        return array_filter($this->questions, static fn(array $question): bool => self::is_shown($filter, $question));
    }

    private static function is_shown(string $filter, array $question): bool {
        return match ($filter) {
            'all' => true,
            'flagged' => $question['flagged'],
            default => $question['state'] === $filter,
        };
    }

    private function props(): array {
        $placeholders = (object) ['shown' => '{shown}', 'all' => '{all}'];
        return [
            'states' => array_column($this->questions, 'state'),
            'flagged' => array_map('intval', array_column($this->questions, 'flagged')),
            'targets' => array_column($this->questions, 'target'),
            'strings' => ['shown' => get_string('shown', 'local_wasmwidgets', $placeholders)],
        ];
    }
}
