<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

/** The PDF of a File activity (mod_resource). */
final class pdf_file {
    /** The page of its main file, or null where that is no PDF. Who may see the activity has been asked before. */
    public static function of(\cm_info $cm, bool $open): ?pdf_page {
        global $DB;
        $context = \context_module::instance($cm->id);
        $files = get_file_storage()->get_area_files($context->id, 'mod_resource', 'content', 0, 'sortorder DESC, id ASC', false);
        $file = reset($files);
        if (!$file || $file->get_mimetype() !== 'application/pdf') {
            return null;
        }
        $revision = $DB->get_field('resource', 'revision', ['id' => $cm->instance], MUST_EXIST);
        $path = [$context->id, 'mod_resource', 'content', $revision, $file->get_filepath(), $file->get_filename()];
        return new pdf_page(\moodle_url::make_pluginfile_url(...$path)->out(false), $file->get_filename(), $open);
    }

    /** Styles and script, before the page's header is sent, where they have been built. */
    public static function requires(\moodle_page $page, pack $pack): void {
        if (!$pack->is_built()) {
            return;
        }
        foreach (['widgets.css', 'pdf.css'] as $name) {
            $page->requires->css(new \moodle_url($pack->url($name)));
        }
        $page->requires->js_call_amd('local_wasmwidgets/pdf', 'start', [widget::id('pdf')]);
    }
}
