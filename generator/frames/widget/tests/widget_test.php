<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @component@;

use PHPUnit\Framework\TestCase;

/** What the server computes and gives. */
final class widget_test extends TestCase {
    private const FOLDER = __DIR__ . '/..';

    public static function cases(): array {
        $lines = array_slice(file(__DIR__ . '/cases.csv', FILE_IGNORE_NEW_LINES), 1);
        return array_map(static fn(string $line): array => explode(',', $line), $lines);
    }

    /** @dataProvider cases */
    public function test_each_case_is_as_the_table_says(string $current, string $weight, string $goal, string $needed): void {
        $this->assertSame($needed === '' ? null : (int) $needed, needed::grade((int) $current, (int) $weight, (int) $goal));
    }

    private static function strings(): array {
        defined('MOODLE_INTERNAL') || define('MOODLE_INTERNAL', true);
        $string = [];
        require self::FOLDER . '/lang/en/@component@.php';
        return $string;
    }

    private function form(string ...$given): form {
        $strings = self::strings();
        $asked = array_combine(array_slice(form::FIELDS, 0, count($given)), $given);
        return new form($asked, static fn(string $name): string => $strings[$name]);
    }

    public function test_the_answer_is_in_words(): void {
        $this->assertSame('You need 99.99 % in what is left.', $this->form('50.01', '50', '75.0')->answer());
        $this->assertSame(self::strings()['reached'], $this->form('80', '30', '56')->answer());
        $this->assertSame(self::strings()['impossible'], $this->form('80', '1', '99')->answer());
        foreach ([[], ['50'], ['50', '50', ''], ['50', '0', '75'], ['-1', '50', '75'], ['50', '50', '74.995'], ['1e1', '50', '75'], ["50\n", '50', '75']] as $given) {
            $this->assertSame('', $this->form(...$given)->answer());
        }
    }

    public function test_what_is_given_never_becomes_markup(): void {
        $html = $this->form('"><script>alert(1)</script>')->html('"><b>');
        $this->assertStringNotContainsString('<script', $html);
        $this->assertStringNotContainsString('<b>', $html);
    }

    public function test_each_field_has_a_label_and_the_script_its_words(): void {
        $page = new \DOMDocument();
        $this->assertTrue($page->loadHTML($this->form('50', '50', '75')->html('index.php')));
        foreach (form::FIELDS as $index => $name) {
            $this->assertSame($page->getElementsByTagName('label')[$index]->getAttribute('for'), $page->getElementsByTagName('input')[$index]->getAttribute('id'));
            $this->assertSame($name, $page->getElementsByTagName('input')[$index]->getAttribute('name'));
        }
        $status = $page->getElementsByTagName('p')[3];
        $this->assertSame(self::strings()['needed'], $status->getAttribute('data-needed'));
        $this->assertSame('You need 100.00 % in what is left.', $status->textContent);
    }

    public function test_every_string_of_the_page_exists(): void {
        preg_match_all("/get_string\('([^']+)', '@component@'\)/", file_get_contents(self::FOLDER . '/index.php'), $found);
        $this->assertNotEmpty($found[1]);
        $this->assertSame([], array_values(array_diff([...$found[1], 'privacy:metadata'], array_keys(self::strings()))));
    }

    public function test_the_version_stands_in_the_changelog(): void {
        self::strings();
        defined('MATURITY_ALPHA') || define('MATURITY_ALPHA', 50);
        $plugin = new \stdClass();
        require self::FOLDER . '/version.php';
        $this->assertSame('@component@', $plugin->component);
        $this->assertStringContainsString("\n## $plugin->release\n", file_get_contents(self::FOLDER . '/CHANGELOG.md'));
    }
}
