<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace qtype_quadgraph;

use html_writer;

/** The grid as a drawing whose sides are a hundred long, with points on it. */
final class plane {
    private const LABELS = 10;
    private const MOST = 100;

    private function __construct(public array $from, public array $to, public float $step) {
    }

    /** @param object|array $settings by the names of the table's columns */
    public static function of($settings): self {
        $settings = array_map('floatval', array_intersect_key((array) $settings, array_flip(['xmin', 'xmax', 'ymin', 'ymax', 'step'])));
        return new self([$settings['xmin'], $settings['ymin']], [$settings['xmax'], $settings['ymax']], $settings['step']);
    }

    public function is_fit(): bool {
        $steps = static fn(float $from, float $to, float $step): float => $step > 0 ? ($to - $from) / $step : 0.0;
        $sides = array_map(fn(int $side): float => $steps($this->from[$side], $this->to[$side], $this->step), [0, 1]);
        return min($sides) >= 1 && max($sides) <= self::MOST;
    }

    /** What a screen reader calls it. */
    public function label(): string {
        $text = static fn(array $at): string => '(' . target::written($at[0]) . ', ' . target::written($at[1]) . ')';
        return get_string('grid', 'qtype_quadgraph', (object) ['from' => $text($this->from), 'to' => $text($this->to)]);
    }

    /**
     * @param string $points HTML of what is on it
     * @param string $label what a screen reader calls it
     * @param string $role `group` where there is something in it to be reached, else `img`
     */
    public function html(string $points, string $label, string $role): string {
        $content = $this->lines(0) . $this->lines(1) . $this->axis(0) . $this->axis(1) . $points;
        return html_writer::tag('svg', $content, ['class' => 'qw-plane', 'viewBox' => '0 0 100 100', 'role' => $role, 'aria-label' => $label, 'focusable' => 'false']);
    }

    /** A point, or where it will be. */
    public function point(?array $at, array $attributes): string {
        $place = $at === null ? ['display' => 'none'] : array_combine(['cx', 'cy'], $this->place($at));
        return html_writer::tag('circle', '', $place + ['r' => '2.5'] + $attributes);
    }

    private function place(array $at): array {
        $part = fn(int $side): float => ($at[$side] - $this->from[$side]) / ($this->to[$side] - $this->from[$side]) * 100;
        return [round($part(0), 3), round(100 - $part(1), 3)];
    }

    /** The lines of a side, with a number at some of them. */
    private function lines(int $side): string {
        $count = (int) floor(($this->to[$side] - $this->from[$side]) / $this->step + 1e-9);
        $each = (int) ceil($count / self::LABELS);
        $html = '';
        for ($index = 0; $index <= $count; $index++) {
            $value = round($this->from[$side] + $index * $this->step, 6);
            $html .= $this->line($side, $value, 'qw-gridline');
            $html .= $index % $each === 0 && $value != 0 ? $this->tick($side, $value) : '';
        }
        return $html;
    }

    /** Where the coordinate is 0, drawn over all other lines. */
    private function axis(int $side): string {
        return $this->from[$side] <= 0 && $this->to[$side] >= 0 ? $this->line($side, 0.0, 'qw-axis') : '';
    }

    private function line(int $side, float $value, string $class): string {
        $along = $this->along($side, $value);
        $ends = $side === 0 ? ['x1' => $along, 'x2' => $along, 'y1' => 0, 'y2' => 100] : ['y1' => $along, 'y2' => $along, 'x1' => 0, 'x2' => 100];
        return html_writer::tag('line', '', ['class' => $class] + $ends);
    }

    private function along(int $side, float $value): float {
        return $this->place($side === 0 ? [$value, 0.0] : [0.0, $value])[$side];
    }

    /** A number beside its axis, or beside the border where the axis is not to be seen. */
    private function tick(int $side, float $value): string {
        $other = 1 - $side;
        $along = $this->along($side, $value);
        $axis = $this->along($other, max($this->from[$other], min($this->to[$other], 0.0)));
        $near = $side === 0 ? min($axis + 4.5, 99.0) : max($axis - 1.5, 5.0);
        $at = $side === 0 ? ['x' => $along, 'y' => $near, 'text-anchor' => 'middle'] : ['x' => $near, 'y' => $along + 1.2, 'text-anchor' => 'end'];
        return html_writer::tag('text', str_replace('-', '−', target::written($value)), $at + ['class' => 'qw-tick', 'aria-hidden' => 'true']);
    }
}
