<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** The frame of a question's widget: unlike the others, a page may have many of one kind, and their fields belong to the page's own form. */
final class question_frame {
    /**
     * @param string $widget the mount that makes it answer
     * @param string $id of the element
     * @param string $label what a screen reader calls it
     * @param string $content HTML
     * @param array $props what the browser gets: never the answer
     */
    public static function html(string $widget, string $id, string $label, string $content, array $props): string {
        return \html_writer::tag('section', $content, [
            'id' => $id,
            'class' => "qw qw-$widget",
            'aria-label' => $label,
            'data-widget' => $widget,
            'data-props' => json_encode($props, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE),
        ]);
    }

    /** The styles; before the page's head has been sent. */
    public static function styles(\moodle_page $page): void {
        $pack = new pack(dirname(__DIR__) . '/pack');
        if ($pack->is_built()) {
            $page->requires->css(new \moodle_url($pack->url('widgets.css')));
        }
    }

    /** The script, where it has been built. */
    public static function script(\moodle_page $page, string $widget, string $id): void {
        $pack = new pack(dirname(__DIR__) . '/pack');
        if ($pack->is_built()) {
            $page->requires->js_call_amd('local_wasmwidgets/widgets', 'start', [$id] + $pack->arguments($widget));
        }
    }
}
