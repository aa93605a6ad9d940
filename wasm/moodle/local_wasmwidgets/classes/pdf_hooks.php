<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** Puts the viewer on the page of a File activity whose file is a PDF, below what Moodle shows of it. */
final class pdf_hooks {
    private static ?pdf_page $shown = null;

    public static function before_http_headers(\core\hook\output\before_http_headers $hook): void {
        global $PAGE;
        $isfile = $PAGE->pagetype === 'mod-resource-view' && $PAGE->cm && get_config('local_wasmwidgets', 'pdf');
        self::$shown = $isfile ? pdf_file::of($PAGE->cm, false) : null;
        if (self::$shown) {
            pdf_file::requires($PAGE, self::pack());
        }
    }

    public static function before_footer(\core\hook\output\before_footer_html_generation $hook): void {
        if (self::$shown) {
            $hook->add_html(self::$shown->html(self::pack()));
        }
    }

    private static function pack(): pack {
        return new pack(dirname(__DIR__) . '/pack');
    }
}
