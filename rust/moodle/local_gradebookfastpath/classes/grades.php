<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace local_gradebookfastpath;

/** The rows of grade_grades of a course, kept small: what is seldom said is kept only where it is said. */
final class grades {
    private array $users = [];
    private array $finals = [];
    private array $excluded = [];
    private array $kept = [];
    private array $ends = [];

    /** @param iterable $rows of itemid, userid, finalgrade, rawgrademin, rawgrademax, excluded, locked, overridden */
    public function __construct(iterable $rows) {
        foreach ($rows as $row) {
            ['itemid' => $itemid, 'userid' => $userid] = $row = (array) $row;
            $this->users[$userid] = (int) $userid;
            $this->finals[$itemid][$userid] = $row['finalgrade'] === null ? null : (float) $row['finalgrade'];
            $this->ends[$itemid][$userid] = [(float) $row['rawgrademin'], (float) $row['rawgrademax']];
            if ($row['excluded']) {
                $this->excluded[$itemid][$userid] = true;
            }
            if ($row['locked'] || $row['overridden']) {
                $this->kept[$itemid][$userid] = true;
            }
        }
        ksort($this->users);
        $this->users = array_values($this->users);
    }

    /** @return int[] all who have a row, whether there is a grade in it or not */
    public function users(): array {
        return $this->users;
    }

    public function final(int $itemid, int $userid): ?float {
        return $this->finals[$itemid][$userid] ?? null;
    }

    public function is_excluded(int $itemid, int $userid): bool {
        return isset($this->excluded[$itemid][$userid]);
    }

    /** Whether a total stays as it is: locked or overridden for the student, or locked for all. */
    public function is_kept(array $item, int $userid): bool {
        return $item['locked'] || isset($this->kept[$item['id']][$userid]);
    }

    /** The stored range of a grade: its 'mins' or its 'maxes' end. */
    public function end(int $itemid, int $userid, string $which): ?float {
        return $this->ends[$itemid][$userid][$which === 'mins' ? 0 : 1] ?? null;
    }
}
