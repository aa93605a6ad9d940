<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** One assignment: its submitted texts, their fingerprints and what they have in common. */
final class activity {
    /** How the last comparison ended; none of them before the first. */
    public const COMPARED = 'compared';
    public const TOO_MANY = 'toomany';
    public const FAILED = 'failed';
    private const AT_ONCE = 100;
    private const MOST_PAIRS = 10000;
    private const MOST_COMPARED = 2000;

    public function __construct(private int $cm, private int $assign, private int $k, private int $w, private int $least) {
    }

    /**
     * Compare all texts where one has changed since, and say how many texts and pairs there are; null if none has. Where it fails,
     * what was found before stays.
     */
    public function update(): ?array {
        global $DB;
        $state = $this->state();
        if ($state === $DB->get_field('plagiarism_quadrangle_cms', 'state', ['cm' => $this->cm])) {
            return null;
        }
        $transaction = $DB->start_delegated_transaction();
        try {
            $this->index();
            $found = $this->compare();
            $this->keep($state, $found['found'] === null ? self::TOO_MANY : self::COMPARED);
        } catch (\Throwable $error) {
            // It would fail again, and so waits for a change; rollback() throws the error on.
            try {
                $transaction->rollback($error);
            } finally {
                $this->keep($state, self::FAILED);
            }
        }
        $transaction->allow_commit();
        return $found;
    }

    /**
     * Which texts have something in common with one from elsewhere: a source, last year's, a model answer. For each the user, the
     * submission, how much of it in per cent, how much of the other, and how many fingerprints are shared; the highest share first.
     */
    public function look_up(string $text): array {
        global $DB;
        $rows = array_values($DB->get_records('plagiarism_quadrangle_docs', ['cm' => $this->cm], 'id', 'id, userid, submission, units, document'));
        $documents = array_map(static fn(object $row): string => base64_decode($row->document), $rows);
        [$one, $ignored] = engine::fingerprint([$text, $this->intro()], $this->k, $this->w);
        $units = unpack('V', $one, 8)[1];
        self::is_comparable($units, $this->k) || throw new \ValueError("text 0: it has $units letters, fewer than $this->k");
        $found = [];
        foreach (engine::compare($one, $documents, $ignored) as $overlap) {
            if ($overlap['shared'] >= $this->least) {
                $row = $rows[$overlap['index']];
                $found[] = [
                    'userid' => (int) $row->userid,
                    'submission' => (int) $row->submission,
                    'percent' => self::percent($overlap['othercovered'], (int) $row->units),
                    'otherpercent' => self::percent($overlap['covered'], $units),
                    'shared' => $overlap['shared'],
                ];
            }
        }
        usort($found, static fn(array $a, array $b): int => [$b['percent'], $b['shared'], $a['userid']] <=> [$a['percent'], $a['shared'], $b['userid']]);
        return $found;
    }

    /** Forget all that is kept of an activity. */
    public static function forget(int $cm): void {
        global $DB;
        foreach (['plagiarism_quadrangle_pairs', 'plagiarism_quadrangle_docs', 'plagiarism_quadrangle_cms'] as $table) {
            $DB->delete_records($table, ['cm' => $cm]);
        }
    }

    private function keep(string $state, string $outcome): void {
        global $DB;
        $DB->set_field('plagiarism_quadrangle_cms', 'state', $state, ['cm' => $this->cm]);
        $DB->set_field('plagiarism_quadrangle_cms', 'outcome', $outcome, ['cm' => $this->cm]);
    }

    /** A hash of what a comparison depends on, without reading the texts. */
    private function state(): string {
        global $DB;
        $seen = $DB->get_record_sql(
            "SELECT COUNT(s.id) AS texts, MAX(s.timemodified) AS newest, SUM(s.timemodified) AS total
               FROM {assign_submission} s
              WHERE s.assignment = :assign AND s.latest = 1 AND s.status = 'submitted'",
            ['assign' => $this->assign]
        );
        return sha1(json_encode([(array) $seen, $this->intro(), $this->k, $this->w, $this->least]));
    }

    /** The task's own words, which count for nobody. */
    private function intro(): string {
        global $DB;
        $assign = $DB->get_record('assign', ['id' => $this->assign], 'id, intro, introformat');
        return $assign ? text::plain((string) $assign->intro, (int) $assign->introformat) : '';
    }

    /** Fingerprint what is new or has changed, and forget what is gone. */
    private function index(): void {
        global $DB;
        $known = $DB->get_records('plagiarism_quadrangle_docs', ['cm' => $this->cm], '', 'submission, id, contenthash');
        $submissions = $DB->get_recordset_sql(
            "SELECT s.id, s.userid, o.onlinetext, o.onlineformat
               FROM {assign_submission} s
               JOIN {assignsubmission_onlinetext} o ON o.submission = s.id
              WHERE s.assignment = :assign AND s.latest = 1 AND s.status = 'submitted' AND s.userid <> 0",
            ['assign' => $this->assign]
        );
        $new = [];
        foreach ($submissions as $submission) {
            $hash = sha1("$this->k $this->w $submission->onlineformat $submission->onlinetext");
            $before = $known[$submission->id] ?? null;
            unset($known[$submission->id]);
            if ($before === null || $before->contenthash !== $hash) {
                $new[] = [$submission, $hash, $before->id ?? null];
            }
            if (count($new) === self::AT_ONCE) {
                $this->store($new);
                $new = [];
            }
        }
        $submissions->close();
        $this->store($new);
        foreach ($known as $gone) {
            $DB->delete_records('plagiarism_quadrangle_docs', ['id' => $gone->id]);
        }
    }

    private function store(array $new): void {
        global $DB;
        $plain = static fn(array $one): string => text::plain((string) $one[0]->onlinetext, (int) $one[0]->onlineformat);
        $documents = engine::fingerprint(array_map($plain, $new), $this->k, $this->w);
        foreach ($new as $index => [$submission, $hash, $id]) {
            $row = (object) [
                'cm' => $this->cm, 'userid' => $submission->userid, 'submission' => $submission->id, 'contenthash' => $hash,
                'units' => unpack('V', $documents[$index], 8)[1], 'highest' => 0, 'document' => base64_encode($documents[$index]),
            ];
            if ($id === null) {
                $DB->insert_record('plagiarism_quadrangle_docs', $row, false);
            } else {
                $row->id = $id;
                $DB->update_record('plagiarism_quadrangle_docs', $row);
            }
        }
    }

    /** Each text with each; what the task itself says is ignored. */
    private function compare(): array {
        global $DB;
        $texts = $DB->count_records('plagiarism_quadrangle_docs', ['cm' => $this->cm]);
        $DB->delete_records('plagiarism_quadrangle_pairs', ['cm' => $this->cm]);
        if ($texts > self::MOST_COMPARED) {
            $DB->set_field('plagiarism_quadrangle_docs', 'highest', 0, ['cm' => $this->cm]);
            return ['texts' => $texts, 'found' => null];
        }
        $rows = array_values($DB->get_records('plagiarism_quadrangle_docs', ['cm' => $this->cm], 'id', 'id, units, document'));
        $documents = array_map(static fn(object $row): string => base64_decode($row->document), $rows);
        $ignored = engine::fingerprint([$this->intro()], $this->k, $this->w)[0];
        $report = engine::report($documents, $this->least, self::MOST_PAIRS, $ignored);
        $highest = array_fill(0, count($rows), 0);
        foreach ($report['pairs'] as $pair) {
            [$first, $second] = [$pair['first'], $pair['second']];
            $highest[$first] = max($highest[$first], self::percent($pair['covered'], (int) $rows[$first]->units));
            $highest[$second] = max($highest[$second], self::percent($pair['othercovered'], (int) $rows[$second]->units));
            $DB->insert_record('plagiarism_quadrangle_pairs', (object) [
                'cm' => $this->cm, 'docid' => $rows[$first]->id, 'otherid' => $rows[$second]->id, 'covered' => $pair['covered'],
                'othercovered' => $pair['othercovered'], 'passages' => json_encode($pair['passages']),
            ], false);
        }
        foreach ($highest as $index => $percent) {
            $DB->set_field('plagiarism_quadrangle_docs', 'highest', $percent, ['id' => $rows[$index]->id]);
        }
        return ['texts' => $texts, 'found' => $report['found']];
    }

    /** Whether a text has letters enough for one fingerprint; of one that is too long or no text none is read. */
    public static function is_comparable(int $units, int $k): bool {
        return $units >= $k;
    }

    /** Whole per cent, never more than there is. */
    public static function percent(int $covered, int $units): int {
        return $units ? intdiv($covered * 100, $units) : 0;
    }
}
