<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use core_privacy\local\metadata\collection;
use plagiarism_quadrangle\privacy\provider;

require_once(__DIR__ . '/activity_case.php');

/** From submitted texts to what a teacher sees. */
final class activity_test extends activity_case {
    public function test_copies_are_found_and_the_task_itself_is_ignored(): void {
        $cm = $this->activity($this->copies());
        $this->assertSame(["activity $cm: 3 texts, 1 pairs"], $this->run_task());
        [$one, $two, $three] = array_values($this->db->get_records('plagiarism_quadrangle_docs'));
        $pair = $this->db->get_record('plagiarism_quadrangle_pairs', ['cm' => $cm]);
        $this->assertSame([$one->id, $two->id], [$pair->docid, $pair->otherid]);
        $this->assertSame([activity::percent($pair->covered, $one->units), 0], [$one->highest, $three->highest]);
        $this->assertTrue($one->highest > 60 && $two->highest > 40 && $two->highest < $one->highest, "$one->highest $two->highest");
        [[$start, $end, $otherstart, $otherend]] = json_decode($pair->passages);
        $texts = array_map(static fn(string $text): string => text::plain($text, 1), $this->copies());
        $this->assertStringContainsString(substr($texts[1], $start, $end - $start), self::COPIED);
        $this->assertStringContainsString(substr($texts[2], $otherstart, $otherend - $otherstart), strtoupper(self::COPIED));
    }

    public function test_texts_are_read_only_after_a_change(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $this->assertSame([[], 3], [$this->run_task(), $this->db->texts]);
        $this->hand_in(2, 'I have written another one, all by myself.', 2);
        $this->assertSame(["activity $cm: 3 texts, 0 pairs"], $this->run_task());
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_pairs'));
        $this->db->delete_records('assign_submission', ['userid' => 3]);
        $this->assertSame(["activity $cm: 2 texts, 0 pairs"], $this->run_task());
        $this->assertCount(2, $this->db->get_records('plagiarism_quadrangle_docs'));
        $GLOBALS['settings']['k'] = '24';
        $this->assertSame(["activity $cm: 2 texts, 0 pairs"], $this->run_task());
    }

    public function test_odd_texts_do_not_stop_the_others(): void {
        $cm = $this->activity($this->copies() + [4 => "\xff\xfe", 5 => '', 6 => str_repeat('x', document::MOST_BYTES + 1)]);
        $this->assertSame(["activity $cm: 6 texts, 1 pairs"], $this->run_task());
    }

    public function test_an_activity_that_fails_does_not_stop_the_others(): void {
        $broken = $this->activity($this->copies());
        $this->run_task();
        $this->db->set_field('plagiarism_quadrangle_docs', 'document', 'AAAA', ['userid' => 1]);
        $before = $this->kept($broken);
        $other = $this->activity([]);
        $failed = "activity $broken: not compared: document 0: it is no packed document of version 1";
        $this->hand_in(2, 'I have written another one, all by myself.', 2);
        $this->assertSame([$failed, "activity $other: 3 texts, 0 pairs"], $this->run_task());
        $this->assertEquals($before, $this->kept($broken));
        $this->assertSame([], $this->run_task());
        $this->hand_in(1, 'I have written another one, all by myself.', 3);
        $this->assertSame(["activity $broken: 3 texts, 1 pairs", "activity $other: 3 texts, 1 pairs"], $this->run_task());
    }

    public function test_of_too_many_texts_no_fingerprints_are_read(): void {
        $cm = $this->activity(array_fill(1, 2000, ''));
        $this->assertSame(["activity $cm: 2000 texts, 0 pairs"], $this->run_task());
        $this->hand_in(2001, '');
        $this->assertSame(["activity $cm: 2001 texts, too many to look for pairs"], $this->run_task());
        $this->assertSame(2000, $this->db->documents);
    }

    public function test_a_text_from_elsewhere_is_looked_up(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $found = (new activity($cm, 5, 25, 20, 1))->look_up('They say: ' . self::COPIED . ' ' . self::TASK);
        $this->assertSame([1, 2], array_column($found, 'userid'));
        $this->assertSame([101, 102], array_column($found, 'submission'));
        $this->assertTrue($found[0]['percent'] > 60 && $found[0]['percent'] > $found[1]['percent'], json_encode($found));
        $this->assertTrue($found[0]['otherpercent'] > 20 && $found[0]['otherpercent'] < 60, json_encode($found));
        $this->assertSame([], (new activity($cm, 5, 25, 20, 1))->look_up(self::TASK));
        $this->assertSame([], (new activity($cm, 5, 25, 20, 1000))->look_up(self::COPIED));
        $this->expectExceptionMessage('text 0: it has 8 letters, fewer than 25');
        (new activity($cm, 5, 25, 20, 1))->look_up('Too short');
    }

    public function test_what_is_deleted_or_off_is_forgotten(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $this->db->delete_records('course_modules', ['id' => $cm]);
        $this->assertSame([], $this->run_task());
        foreach (['cms', 'docs', 'pairs'] as $table) {
            $this->assertSame([], $this->db->get_records("plagiarism_quadrangle_$table"));
        }
        $GLOBALS['settings']['enabled'] = '0';
        $this->activity($this->copies());
        $this->assertSame([[], []], [$this->run_task(), $this->db->get_records('plagiarism_quadrangle_docs')]);
    }

    public function test_teachers_alone_see_how_much_is_shared(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $plugin = $this->plugin();
        $document = $this->db->get_record('plagiarism_quadrangle_docs', ['userid' => 1]);
        $shown = $plugin->get_links(['cmid' => (string) $cm, 'userid' => '1', 'content' => '...']);
        $this->assertSame("<div><a href=\"/plagiarism/quadrangle/report.php?id=$document->id\">highest $document->highest</a></div>", $shown);
        $this->assertSame('<div>notcompared</div>', $plugin->get_links(['cmid' => $cm, 'userid' => 9, 'content' => '']));
        $this->assertSame('', $plugin->get_links(['cmid' => $cm, 'userid' => 1, 'file' => new \stdClass()]));
        $this->assertSame('<div>disclosure</div>', $plugin->print_disclosure($cm));
        $this->assertSame(['', ''], [$plugin->print_disclosure(1), $plugin->get_links(['cmid' => 1, 'userid' => 1, 'content' => ''])]);
    }

    public function test_groups_and_students_see_nothing(): void {
        $plugin = $this->plugin();
        $GLOBALS['groupmode'] = SEPARATEGROUPS;
        $shown = fn(): string => $plugin->get_links(['cmid' => $this->activity([]), 'userid' => 1, 'content' => '']);
        $this->assertSame('', $shown());
        $GLOBALS['capabilities'][] = 'moodle/site:accessallgroups';
        $this->assertSame('<div>notcompared</div>', $shown());
        $GLOBALS['capabilities'] = ['moodle/site:accessallgroups'];
        $this->assertSame('', $shown());
    }

    public function test_blind_marking_stays_blind(): void {
        $plugin = $this->plugin();
        $shown = fn(): string => $plugin->get_links(['cmid' => $this->activity([]), 'userid' => 1, 'content' => '']);
        $this->db->set_field('assign', 'blindmarking', '1', ['id' => 5]);
        $this->assertSame('', $shown());
        $GLOBALS['capabilities'][] = 'mod/assign:viewblinddetails';
        $this->assertSame('<div>notcompared</div>', $shown());
        $GLOBALS['capabilities'] = ['plagiarism/quadrangle:viewreport'];
        $this->db->set_field('assign', 'revealidentities', '1', ['id' => 5]);
        $this->assertSame('<div>notcompared</div>', $shown());
    }

    public function test_all_that_is_kept_of_a_user_is_declared_and_exported(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        $string = [];
        require(__DIR__ . '/../lang/en/plagiarism_quadrangle.php');
        $tables = provider::get_metadata(new collection())->tables;
        foreach ($tables as $table => $fields) {
            $kept = array_keys((array) current($this->db->get_records($table)));
            $this->assertEqualsCanonicalizing(array_diff($kept, ['id', 'cm']), array_keys($fields));
            $this->assertSame([], array_diff($fields, array_keys($string)));
        }
        $GLOBALS['exported'] = [];
        provider::export_plagiarism_user_data(1, \context_module::instance($cm), [], []);
        $row = (array) $this->db->get_record('plagiarism_quadrangle_docs', ['userid' => 1]);
        unset($row['id'], $row['cm'], $row['userid'], $row['submission']);
        $this->assertEquals([(object) $row], $GLOBALS['exported']);
    }

    public function test_what_is_kept_of_a_user_can_be_deleted(): void {
        $cm = $this->activity($this->copies());
        $this->run_task();
        provider::delete_plagiarism_for_user(2, \context_module::instance($cm));
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_pairs'));
        $this->assertCount(2, $this->db->get_records('plagiarism_quadrangle_docs'));
        provider::delete_plagiarism_for_context(\context_course::instance($cm));
        $this->assertCount(2, $this->db->get_records('plagiarism_quadrangle_docs'));
        provider::delete_plagiarism_for_context(\context_module::instance($cm));
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_docs'));
    }

    public function test_the_switch_is_kept(): void {
        $this->plugin();
        $data = (object) ['coursemodule' => 7, 'quadranglecompare' => '1'];
        $course = (object) ['id' => 3];
        \plagiarism_quadrangle_coursemodule_edit_post_actions($data, $course);
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_cms'));
        $GLOBALS['capabilities'][] = 'plagiarism/quadrangle:enable';
        $this->assertSame($data, \plagiarism_quadrangle_coursemodule_edit_post_actions($data, $course));
        \plagiarism_quadrangle_coursemodule_edit_post_actions($data, $course);
        $this->assertCount(1, $this->db->get_records('plagiarism_quadrangle_cms', ['cm' => 7]));
        $data->quadranglecompare = '0';
        \plagiarism_quadrangle_coursemodule_edit_post_actions($data, $course);
        $this->assertSame([], $this->db->get_records('plagiarism_quadrangle_cms'));
    }
}
