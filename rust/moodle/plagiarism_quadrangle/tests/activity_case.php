<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use PHPUnit\Framework\TestCase;
use plagiarism_quadrangle\stand_in\database;
use plagiarism_quadrangle\task\compare_texts;

/** An assignment whose texts are compared, over a stand-in for Moodle. */
abstract class activity_case extends TestCase {
    protected const COPIED = 'A volcano is a rupture in the crust that lets hot lava, ash and gases escape from a chamber of magma below.';
    protected const TASK = 'Explain in your own words, and in not more than two hundred of them, what a volcano is and how it comes to be.';

    protected database $db;

    protected function setUp(): void {
        require_once(__DIR__ . '/stand_in/moodle.php');
        require_once(__DIR__ . '/stand_in/database.php');
        $this->db = $GLOBALS['DB'] = new database();
        $GLOBALS['CFG'] = (object) ['enableplagiarism' => 1, 'dirroot' => __DIR__ . '/stand_in'];
        $GLOBALS['settings'] = ['enabled' => 1, 'k' => '25', 'w' => '20', 'least' => '1'];
        [$GLOBALS['traced'], $GLOBALS['groupmode'], $GLOBALS['capabilities']] = [[], 0, ['plagiarism/quadrangle:viewreport']];
        $this->db->add('assign', [
            'id' => 5, 'intro' => '<p>' . self::TASK . '</p>', 'introformat' => '1', 'blindmarking' => '0', 'revealidentities' => '0',
        ]);
    }

    /** A switched-on activity; the caches of lib.php live as long as a page, and so each test has another. */
    protected function activity(array $texts): int {
        static $cm = 70;
        $this->db->add('course_modules', ['id' => ++$cm, 'instance' => 5, 'deletioninprogress' => 0]);
        $this->db->add('plagiarism_quadrangle_cms', ['cm' => $cm, 'state' => null]);
        foreach ($texts as $user => $text) {
            $this->hand_in($user, $text);
        }
        return $cm;
    }

    protected function hand_in(int $user, string $text, int $time = 1): void {
        $this->db->add('assign_submission', [
            'id' => $user + 100, 'assignment' => 5, 'userid' => $user, 'latest' => 1, 'status' => 'submitted', 'timemodified' => $time,
        ]);
        $this->db->add('assignsubmission_onlinetext', [
            'id' => $user + 200, 'submission' => $user + 100, 'onlinetext' => $text, 'onlineformat' => '1',
        ]);
    }

    protected function plugin(): \plagiarism_plugin_quadrangle {
        global $CFG;
        require_once(__DIR__ . '/../lib.php');
        return new \plagiarism_plugin_quadrangle();
    }

    protected function run_task(): array {
        $GLOBALS['traced'] = [];
        (new compare_texts())->execute();
        return $GLOBALS['traced'];
    }

    protected function kept(int $cm): array {
        return array_map(fn(string $table): array => $this->db->get_records("plagiarism_quadrangle_$table", ['cm' => $cm]), ['docs', 'pairs']);
    }

    protected function document(int $user): object {
        return $this->db->get_record('plagiarism_quadrangle_docs', ['userid' => $user]);
    }

    /** What a teacher sees beside a text. The caches of lib.php live as long as a page: asked once the task has run. */
    protected function shown(int $cm, int $user): string {
        return $this->plugin()->get_links(['cmid' => $cm, 'userid' => $user, 'content' => '']);
    }

    protected function copies(): array {
        return [
            1 => '<p>' . self::COPIED . '</p><p>I have seen one.</p>',
            2 => 'My uncle says: “' . strtoupper(self::COPIED) . '” and he has been to the moon, to Iceland and to the bakery.',
            3 => self::TASK . ' &mdash; It is a mountain that burns.',
        ];
    }
}
