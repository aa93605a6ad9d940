<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_wasmwidgets;

use core\hook\output\before_footer_html_generation;
use core\hook\output\before_http_headers;
use PHPUnit\Framework\TestCase;

require_once(__DIR__ . '/stand_in/quiz.php');
require_once(__DIR__ . '/stand_in/files.php');

/** What the server says of a PDF, and on which pages. */
final class pdf_test extends TestCase {
    private const URL = '/pluginfile.php/31/mod_resource/content/6/a.pdf';
    private string $folder;

    protected function setUp(): void {
        $this->folder = sys_get_temp_dir() . '/pack' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        $GLOBALS['settings'] = ['pdf' => '1'];
        $GLOBALS['DB'] = new \file_storage();
        \file_storage::$files = [new \stored_file('a b.pdf', 'application/pdf'), new \stored_file('c.png', 'image/png')];
    }

    protected function tearDown(): void {
        array_map('unlink', glob("$this->folder/*"));
        rmdir($this->folder);
    }

    private function pack(array $files): pack {
        file_put_contents("$this->folder/pack.json", json_encode(array_map(static fn(string $hash): array => ['integrity' => $hash], $files)));
        return new pack($this->folder);
    }

    private static function props(string $html): array {
        preg_match('/data-props="([^"]*)"/', $html, $found);
        return json_decode(html_entity_decode($found[1], ENT_QUOTES | ENT_HTML5), true);
    }

    public static function strangers(): array {
        $urls = ['javascript:alert(1)', 'https://elsewhere.example/pluginfile.php/1/a.pdf', '//elsewhere.example/pluginfile.php/1', '/pluginfile.phpx/1', '/pluginfile.php', ''];
        return array_map(static fn(string $url): array => [$url], $urls);
    }

    /** @dataProvider strangers */
    public function test_only_files_of_the_site_are_shown(string $url): void {
        $this->expectException(\InvalidArgumentException::class);
        new pdf_page($url, 'a.pdf');
    }

    public function test_there_is_a_link_and_without_scripts_the_browsers_viewer(): void {
        $html = (new pdf_page(self::URL, '"><script>alert(1)</script>'))->html($this->pack([]));
        $name = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
        $this->assertStringContainsString('<a href="' . self::URL . '" class="qw-pdf-file" dir="auto" data-text="">' . $name . '</a>', $html);
        $this->assertStringContainsString('<noscript><iframe src="' . self::URL . '" title="' . $name . '"', $html);
        $this->assertStringNotContainsString('<script', $html);
    }

    public function test_what_needs_the_script_is_hidden(): void {
        $html = (new pdf_page(self::URL, 'a.pdf'))->html($this->pack([]));
        $this->assertMatchesRegularExpression('/<button [^>]*qw-pdf-open" hidden="hidden">/', $html);
        $this->assertStringContainsString('<div class="qw-pdf-viewer" hidden="hidden"><div role="toolbar"', $html);
    }

    public function test_the_browser_gets_addresses_with_hashes_and_strings(): void {
        $pack = $this->pack(['pdf.renderer.js' => 'sha384-one', 'jbig2.wasm' => 'sha384-two', 'widgets.wasm' => 'sha384-three']);
        $props = self::props((new pdf_page('/pluginfile.php?file=/31/a.pdf', 'a.pdf', true))->html($pack));
        $this->assertSame(['pdf.renderer.js', 'jbig2.wasm'], array_keys($props['files']));
        $this->assertSame([$pack->url('pdf.renderer.js'), 'sha384-one'], $props['files']['pdf.renderer.js']);
        $this->assertSame(['Page {number} of {all}', '{text} (opens in a new window)'], [$props['strings']['pdfpage'], $props['strings']['pdfnewwindow']]);
        $this->assertTrue($props['open']);
    }

    private static function footer(string $pagetype, ?\cm_info $cm): string {
        global $PAGE;
        $PAGE = new \moodle_page($pagetype);
        $PAGE->cm = $cm;
        pdf_hooks::before_http_headers(new before_http_headers());
        $footer = new before_footer_html_generation();
        pdf_hooks::before_footer($footer);
        return $footer->html;
    }

    public function test_a_file_activitys_pdf_is_shown_on_its_page(): void {
        $html = self::footer('mod-resource-view', new \cm_info());
        $this->assertStringContainsString('href="/pluginfile.php/31/mod_resource/content/6/a%20b.pdf"', $html);
        $this->assertFalse(self::props($html)['open']);
    }

    public static function without(): array {
        return [
            'switched off' => [static fn() => $GLOBALS['settings']['pdf'] = '0'],
            'no file' => [static fn() => \file_storage::$files = []],
            'a picture comes first' => [static fn() => \file_storage::$files = array_reverse(\file_storage::$files)],
        ];
    }

    /** @dataProvider without */
    public function test_other_files_are_left_alone(callable $change): void {
        $change();
        $this->assertSame('', self::footer('mod-resource-view', new \cm_info()));
    }

    public function test_other_pages_are_left_alone(): void {
        $this->assertSame('', self::footer('mod-page-view', new \cm_info()));
        $this->assertSame('', self::footer('mod-resource-view', null));
    }

    public function test_styles_and_script_come_with_the_build(): void {
        $page = new \moodle_page('mod-resource-view');
        pdf_file::requires($page, new pack("$this->folder/none"));
        $this->assertSame([], $page->added);
        pdf_file::requires($page, $this->pack(['widgets.css' => 'sha384-one', 'pdf.css' => 'sha384-two']));
        $this->assertSame(['local_wasmwidgets/pdf', 'start', ['local-wasmwidgets-pdf']], $page->added['js_call_amd']);
        $this->assertStringContainsString('/pack/pdf.css?v=', $page->added['css'][0]->out(false));
    }
}
