<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use html_writer;

/** A PDF of the site as HTML: a link to it, without a script the browser's own viewer, and a viewer that waits for the script. */
final class pdf_page {
    /** What pdf.js asks for, when it asks for it; its parts in plain JavaScript it imports by itself. */
    private const FILES = ['pdf.renderer.js', 'pdf.worker.js', 'openjpeg.wasm', 'jbig2.wasm', 'FoxitSymbol.pfb', 'FoxitDingbats.pfb'];
    private const STRINGS = ['pdfbadpage', 'pdfbroken', 'pdflocked', 'pdfopening'];
    /** Strings into which the script writes: by name, the placeholders as Moodle's language API fills them. */
    private const FILLED = ['pdfgoto' => '{number}', 'pdfnewwindow' => '{text}', 'pdfof' => '{all}', 'pdfpercent' => '{percent}', 'pdfzoomed' => '{percent}'];

    /**
     * @param string $url of the file, as moodle_url::make_pluginfile_url gives it
     * @param string $name of the file
     * @param bool $open at once, instead of when a button is pressed
     */
    public function __construct(private string $url, private string $name, private bool $open = false) {
        if (!self::is_own($url)) {
            throw new \InvalidArgumentException('only files that this site serves are shown');
        }
    }

    /** Whether Moodle serves it, and so decides who may have it. */
    public static function is_own(string $url): bool {
        $served = (new \moodle_url('/pluginfile.php'))->out(false);
        return str_starts_with($url, "$served/") || str_starts_with($url, "$served?");
    }

    /** @param pack $pack the files that the build has put into the plugin */
    public function html(pack $pack): string {
        $link = html_writer::tag('a', s($this->name), ['href' => $this->url, 'class' => 'qw-pdf-file', 'dir' => 'auto', 'data-text' => '']);
        $open = html_writer::tag('button', get_string('pdfopen', 'local_wasmwidgets'), [
            'type' => 'button', 'class' => 'qw:btn qw:btn-sm qw:btn-primary qw-pdf-open', 'hidden' => 'hidden',
        ]);
        $content = html_writer::tag('div', $link . $open, ['class' => 'qw-pdf-head'])
            . html_writer::tag('p', '', ['role' => 'alert', 'class' => 'qw-pdf-fault'])
            . html_writer::tag('p', '', ['role' => 'status', 'class' => 'qw-unseen'])
            . $this->viewer() . $this->browsers_own();
        return widget::html('pdf', get_string('pdf', 'local_wasmwidgets'), $content, $this->props($pack));
    }

    /** A frame and no object: the policy of the feature wasm-widgets allows no objects. Only without scripts, for it fetches the file. */
    private function browsers_own(): string {
        $frame = html_writer::tag('iframe', '', ['src' => $this->url, 'title' => $this->name, 'class' => 'qw-pdf-own', 'loading' => 'lazy']);
        return html_writer::tag('noscript', $frame);
    }

    private function viewer(): string {
        $sheet = html_writer::tag('div', '', ['class' => 'qw-pdf-sheet', 'data-text' => '']);
        $view = html_writer::tag('div', $sheet, [
            'id' => widget::id('pdf') . '-view',
            'class' => 'qw-pdf-view qw-scroll',
            'tabindex' => '0',
            'role' => 'region',
            'aria-label' => get_string('pdfview', 'local_wasmwidgets'),
        ]);
        return html_writer::tag('div', $this->toolbar() . $view, ['class' => 'qw-pdf-viewer', 'hidden' => 'hidden']);
    }

    private function toolbar(): string {
        $number = html_writer::tag('span', get_string('pdfnumber', 'local_wasmwidgets'), ['class' => 'qw-unseen'])
            . html_writer::empty_tag('input', ['type' => 'text', 'inputmode' => 'numeric', 'autocomplete' => 'off', 'value' => 1, 'class' => 'qw:input qw:input-sm'])
            . html_writer::tag('span', '', ['class' => 'qw-pdf-of']);
        $fit = get_string('pdffit', 'local_wasmwidgets');
        $group = static fn(string $content): string => html_writer::tag('span', $content, ['class' => 'qw-pdf-group']);
        $zoom = html_writer::tag('span', '', ['class' => 'qw-pdf-zoom']);
        $content = $group(self::button('previous', 'pdfprevious', '‹') . html_writer::tag('label', $number) . self::button('next', 'pdfnext', '›'))
            . $group(self::button('smaller', 'pdfsmaller', '−') . $zoom . self::button('larger', 'pdflarger', '+'))
            . html_writer::tag('button', $fit, ['type' => 'button', 'class' => 'qw:btn qw:btn-sm', 'data-act' => 'fit', 'aria-pressed' => 'true']);
        return html_writer::tag('div', $content, [
            'role' => 'toolbar',
            'class' => 'qw-pdf-tools',
            'aria-label' => get_string('pdftools', 'local_wasmwidgets'),
            'aria-controls' => widget::id('pdf') . '-view',
        ]);
    }

    /** The signs ‹ and › turn round by themselves where one reads from the right. */
    private static function button(string $act, string $name, string $sign): string {
        $name = get_string($name, 'local_wasmwidgets');
        return html_writer::tag('button', $sign, [
            'type' => 'button', 'class' => 'qw:btn qw:btn-sm', 'data-act' => $act, 'aria-label' => $name, 'title' => $name,
        ]);
    }

    private function props(pack $pack): array {
        $strings = widget::strings(...self::STRINGS);
        foreach (self::FILLED as $name => $placeholder) {
            $strings[$name] = get_string($name, 'local_wasmwidgets', $placeholder);
        }
        $strings['pdfpage'] = get_string('pdfpage', 'local_wasmwidgets', (object) ['number' => '{number}', 'all' => '{all}']);
        return ['open' => $this->open, 'files' => $pack->files(self::FILES), 'strings' => $strings];
    }
}
