<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use html_writer;

/** The quiz timer as HTML: when the attempt ends, and how much time was left when the page was made. */
final class timer_page {
    /** Seconds left at which a screen reader is told so. */
    private const THRESHOLDS = [1800, 900, 600, 300, 60, 30, 10];

    /**
     * @param float $now the server's time in seconds
     * @param float $end of the attempt, in seconds
     * @param string $written the end, in the user's language and time zone
     * @param string $clock address of clock.php for the attempt
     */
    public function __construct(private float $now, private float $end, private string $written, private string $clock) {
    }

    public function html(): string {
        $left = (int) max(0, ceil($this->end - $this->now));
        $name = get_string('timeleft', 'local_wasmwidgets');
        $shown = html_writer::tag('span', $name, ['class' => 'qw-label'])
            . html_writer::tag('span', self::digits($left), ['class' => 'qw-left', 'role' => 'timer', 'aria-label' => $name])
            . html_writer::tag('button', get_string('clockshown', 'local_wasmwidgets'), ['type' => 'button', 'class' => 'qw:btn qw:btn-sm', 'hidden' => 'hidden']);
        $time = html_writer::tag('time', s($this->written), ['datetime' => gmdate('Y-m-d\TH:i:s\Z', (int) $this->end), 'data-text' => '']);
        $content = html_writer::tag('div', $shown, ['class' => 'qw-clock'])
            . html_writer::tag('p', get_string('endsat', 'local_wasmwidgets', $time), ['class' => 'qw-help', 'data-text' => ''])
            . html_writer::tag('p', '', ['class' => 'qw-help qw-unsure'])
            . html_writer::tag('p', '', ['role' => 'status', 'class' => 'qw-unseen']);
        return widget::html('timer', get_string('timer', 'local_wasmwidgets'), $content, $this->props());
    }

    private static function digits(int $seconds): string {
        return sprintf('%d:%02d:%02d', intdiv($seconds, 3600), intdiv($seconds, 60) % 60, $seconds % 60);
    }

    private function props(): array {
        $said = [0 => get_string('timeup', 'local_wasmwidgets')];
        foreach (self::THRESHOLDS as $seconds) {
            $said[$seconds] = match (true) {
                $seconds === 60 => get_string('leftone', 'local_wasmwidgets'),
                $seconds > 60 => get_string('leftminutes', 'local_wasmwidgets', intdiv($seconds, 60)),
                default => get_string('leftseconds', 'local_wasmwidgets', $seconds),
            };
        }
        return [
            'now' => $this->now * 1000,
            'end' => $this->end * 1000,
            'clock' => $this->clock,
            'thresholds' => array_keys($said),
            'announcements' => array_values($said),
            'strings' => widget::strings('clockhidden', 'clockshown', 'timeup', 'unsure'),
        ];
    }
}
