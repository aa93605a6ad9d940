<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

require_once(__DIR__ . '/activity_case.php');

/** Why a text is not compared, or not any more, is said to teachers. */
final class outcome_test extends activity_case {
    public function test_of_too_many_texts_no_share_from_before_remains(): void {
        $cm = $this->activity($this->copies() + array_fill(4, 1997, ''));
        $this->run_task();
        $document = $this->document(1);
        $this->assertGreaterThan(60, $document->highest);
        $this->assertSame([], (new report($document))->notices());
        $this->hand_in(2001, '');
        $this->run_task();
        $this->assertSame([0], array_unique(array_column($this->db->get_records('plagiarism_quadrangle_docs'), 'highest')));
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_pairs'));
        $this->assertSame(['toomany'], (new report($this->document(1)))->notices());
        $this->assertSame(['<div>toomany</div>', '<div>toomany</div>'], [$this->shown($cm, 1), $this->shown($cm, 9999)]);
    }

    public function test_a_comparison_that_has_failed_is_said_beside_what_is_from_before(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $this->db->set_field('plagiarism_quadrangle_docs', 'document', 'AAAA', ['userid' => 3]);
        $this->hand_in(2, 'I have written another one, all by myself.', 2);
        $this->run_task();
        $document = $this->document(1);
        $this->assertSame(['failed'], (new report($document))->notices());
        $this->assertSame(['failed', 'outdated'], (new report($this->document(2)))->notices());
        $this->assertStringEndsWith(">highest $document->highest</a> failed</div>", $this->shown($cm, 1));
        $this->assertSame('<div>failed</div>', $this->shown($cm, 9));
        $this->hand_in(3, self::COPIED, 3);
        $this->run_task();
        $this->assertSame([], (new report($this->document(1)))->notices());
    }

    public function test_a_text_that_cannot_be_compared_says_so(): void {
        $letters = static fn(int $count): string => substr(str_repeat('abcdefghijklmnopqrstuvwxyz', 2), 0, $count);
        $texts = [4 => '', 5 => str_repeat('x', document::MOST_BYTES + 1), 6 => $letters(24), 7 => $letters(25)];
        $cm = $this->activity($this->copies() + $texts);
        $this->run_task();
        foreach ([4, 5, 6] as $user) {
            $this->assertSame(document::HEAD, strlen(base64_decode($this->document($user)->document)), "$user");
            $this->assertSame(['notcomparable'], (new report($this->document($user)))->notices());
            $this->assertSame('<div>notcomparable</div>', $this->shown($cm, $user));
        }
        $this->assertGreaterThan(document::HEAD, strlen(base64_decode($this->document(7)->document)));
        $this->assertSame([], (new report($this->document(7)))->notices());
        $this->assertStringContainsString('highest 0', $this->shown($cm, 7));
    }

    public function test_every_reason_has_its_words_and_every_version_its_tables(): void {
        $string = [];
        require(__DIR__ . '/../lang/en/plagiarism_quadrangle.php');
        foreach ([activity::TOO_MANY, activity::FAILED, 'notcomparable', 'outdated', 'notcompared'] as $name) {
            $this->assertArrayHasKey($name, $string);
        }
        $tables = file_get_contents(__DIR__ . '/../db/install.xml');
        $upgrade = file_get_contents(__DIR__ . '/../db/upgrade.php');
        preg_match_all("/xmldb_field\\('(\\w+)', XMLDB_TYPE_CHAR, '(\\d+)'/", $upgrade, $fields, PREG_SET_ORDER);
        $this->assertNotEmpty($fields);
        foreach ($fields as [, $name, $length]) {
            $this->assertStringContainsString("<FIELD NAME=\"$name\" TYPE=\"char\" LENGTH=\"$length\" NOTNULL=\"false\"", $tables);
            $this->assertLessThanOrEqual((int) $length, max(array_map('strlen', [activity::COMPARED, activity::TOO_MANY, activity::FAILED])));
        }
        $plugin = new \stdClass();
        defined('MATURITY_ALPHA') || define('MATURITY_ALPHA', 50);
        defined('ANY_VERSION') || define('ANY_VERSION', 'any');
        require(__DIR__ . '/../version.php');
        preg_match_all('/upgrade_plugin_savepoint\(true, (\d+)/', $upgrade, $points);
        $this->assertLessThanOrEqual($plugin->version, max($points[1]));
    }
}
