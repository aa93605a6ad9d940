<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** What a stored text has in common with the others, as rows to show. */
final class report {
    private const MOST_ROWS = 50;
    private const MOST_PASSAGES = 20;

    /** The text as it was compared; null where it has changed since, or is gone. */
    private ?string $text = null;

    public function __construct(private object $document) {
        global $DB;
        $stored = $DB->get_record('assignsubmission_onlinetext', ['submission' => $document->submission], 'id, onlinetext, onlineformat');
        ['k' => $k, 'w' => $w] = unpack('vk/vw', base64_decode($document->document), 4);
        if ($stored && sha1("$k $w $stored->onlineformat $stored->onlinetext") === $document->contenthash) {
            $this->text = text::plain((string) $stored->onlinetext, (int) $stored->onlineformat);
        }
    }

    public function author(): string {
        return fullname(\core_user::get_user($this->document->userid, '*', MUST_EXIST));
    }

    /** What a reader must know before the rows, as names of strings: why there may be none, or old ones. */
    public function notices(): array {
        global $DB;
        $outcome = $DB->get_field('plagiarism_quadrangle_cms', 'outcome', ['cm' => $this->document->cm]);
        ['k' => $k] = unpack('vk', base64_decode($this->document->document), 4);
        return array_keys(array_filter([
            'toomany' => $outcome === activity::TOO_MANY,
            'failed' => $outcome === activity::FAILED,
            'notcomparable' => !activity::is_comparable((int) $this->document->units, $k),
            'outdated' => $this->text === null,
        ]));
    }

    /** The other's name, the shares of either text in per cent, and passages; the highest share first. */
    public function rows(): array {
        global $DB;
        $pairs = $DB->get_records_sql(
            'SELECT p.id, p.docid, p.covered, p.othercovered, p.passages, d.userid, d.units
               FROM {plagiarism_quadrangle_pairs} p
               JOIN {plagiarism_quadrangle_docs} d ON d.id = CASE WHEN p.docid = :one THEN p.otherid ELSE p.docid END
              WHERE p.docid = :two OR p.otherid = :three',
            array_fill_keys(['one', 'two', 'three'], $this->document->id)
        );
        $rows = [];
        foreach ($pairs as $pair) {
            $isfirst = (int) $pair->docid === (int) $this->document->id;
            [$covered, $other] = $isfirst ? [$pair->covered, $pair->othercovered] : [$pair->othercovered, $pair->covered];
            $percent = activity::percent((int) $covered, (int) $this->document->units);
            $otherpercent = activity::percent((int) $other, (int) $pair->units);
            $rows[] = [$pair->userid, $percent, $otherpercent, $this->passages(json_decode($pair->passages), $isfirst ? 0 : 2)];
        }
        usort($rows, static fn(array $a, array $b): int => [$b[1], $b[2], $a[0]] <=> [$a[1], $a[2], $b[0]]);
        $named = static fn(array $row): array => [
            fullname(\core_user::get_user($row[0], '*', MUST_EXIST)), "$row[1] %", "$row[2] %", $row[3],
        ];
        return array_map($named, array_slice($rows, 0, self::MOST_ROWS));
    }

    /** The passages in this text, safe to show. */
    private function passages(array $passages, int $side): string {
        if ($this->text === null) {
            return '';
        }
        $shown = array_map(
            fn(array $passage): string => text::passage($this->text, $passage[$side], $passage[$side + 1]),
            array_slice($passages, 0, self::MOST_PASSAGES)
        );
        return \html_writer::alist(array_map('s', $shown));
    }
}
