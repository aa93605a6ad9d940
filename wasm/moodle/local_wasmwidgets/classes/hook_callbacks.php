<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** Puts the quiz's widgets beside its navigation, where Moodle's page still takes blocks and styles. */
final class hook_callbacks {
    private const PAGES = ['mod-quiz-attempt' => 'timer', 'mod-quiz-summary' => 'timer', 'mod-quiz-review' => 'review'];

    public static function before_http_headers(\core\hook\output\before_http_headers $hook): void {
        global $PAGE;
        $widget = self::PAGES[$PAGE->pagetype] ?? null;
        $attempt = optional_param('attempt', 0, PARAM_INT);
        if ($widget === null || !$attempt || !get_config('local_wasmwidgets', $widget)) {
            return;
        }
        $html = quiz::$widget($attempt);
        if ($html !== null) {
            self::add($PAGE, $widget, $html);
        }
    }

    /** A widget as a block, and the script that makes it answer. */
    private static function add(\moodle_page $page, string $widget, string $html): void {
        $block = new \block_contents();
        $block->title = get_string($widget, 'local_wasmwidgets');
        $block->content = $html;
        $regions = $page->blocks->get_regions();
        $page->blocks->add_fake_block($block, reset($regions));
        self::requires($page, $widget);
    }

    /** The styles and the script, where they have been built. */
    public static function requires(\moodle_page $page, string $widget): void {
        $pack = new pack(dirname(__DIR__) . '/pack');
        if (!$pack->is_built()) {
            return;
        }
        $page->requires->css(new \moodle_url($pack->url('widgets.css')));
        $page->requires->js_call_amd('local_wasmwidgets/widgets', 'start', $pack->arguments($widget));
    }
}
