<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle\stand_in;

/** As much of Moodle's database as the plugin calls, over rows in memory. No SQL is read here: its two queries are by name. */
final class database {
    /** By table, by id. */
    public array $tables = [];
    /** How many rows were read as whole texts. */
    public int $texts = 0;
    /** How many rows were read with their fingerprints. */
    public int $documents = 0;
    private bool $open = false;

    public function add(string $table, array $row): int {
        $id = $row['id'] ?? max([0, ...array_keys($this->tables[$table] ?? [])]) + 1;
        $this->tables[$table][$id] = (object) (['id' => $id] + $row);
        return $id;
    }

    public function insert_record(string $table, object $row, bool $returnid = true): int {
        return $this->add($table, (array) $row);
    }

    public function update_record(string $table, object $row): void {
        $this->tables[$table][$row->id] = (object) ((array) $row + (array) $this->tables[$table][$row->id]);
    }

    public function get_records(string $table, array $conditions = [], string $sort = '', string $fields = '*'): array {
        $names = $fields === '*' ? [] : array_map('trim', explode(',', $fields));
        $rows = [];
        foreach ($this->tables[$table] ?? [] as $row) {
            if (array_intersect_assoc($conditions, (array) $row) == $conditions) {
                $some = $names ? array_intersect_key((array) $row, array_flip($names)) : (array) $row;
                $rows[$row->{$names[0] ?? 'id'}] = (object) $some;
            }
        }
        $this->documents += in_array('document', $names, true) ? count($rows) : 0;
        return $rows;
    }

    public function get_record(string $table, array $conditions, string $fields = '*'): object|false {
        return current($this->get_records($table, $conditions, '', $fields));
    }

    public function get_field(string $table, string $field, array $conditions) {
        return $this->get_record($table, $conditions)->$field ?? false;
    }

    public function count_records(string $table, array $conditions): int {
        return count($this->get_records($table, $conditions));
    }

    public function record_exists(string $table, array $conditions): bool {
        return (bool) $this->get_records($table, $conditions);
    }

    public function set_field(string $table, string $field, $value, array $conditions): void {
        foreach (array_keys($this->get_records($table, $conditions)) as $id) {
            $this->tables[$table][$id]->$field = $value;
        }
    }

    public function delete_records(string $table, array $conditions): void {
        foreach (array_keys($this->get_records($table, $conditions)) as $id) {
            unset($this->tables[$table][$id]);
        }
    }

    /** None within another, as the task needs none; undoing throws what it is given, as Moodle's does. */
    public function start_delegated_transaction(): object {
        $this->open = !$this->open ?: throw new \LogicException('a transaction is open');
        $before = unserialize(serialize($this->tables));
        $end = function (?array $tables = null): void {
            [$this->open, $this->tables] = [false, $tables ?? $this->tables];
        };
        return new class ($end, $before) {
            public function __construct(private \Closure $end, private array $before) {
            }

            public function allow_commit(): void {
                ($this->end)();
            }

            public function rollback(\Throwable $error): void {
                ($this->end)($this->before);
                throw $error;
            }
        };
    }

    /** What the state of an assignment is made of. */
    public function get_record_sql(string $sql, array $params): object {
        $times = array_column($this->submitted($params['assign']), 'timemodified');
        return (object) ['texts' => count($times), 'newest' => $times ? max($times) : null, 'total' => $times ? array_sum($times) : null];
    }

    /** The texts of an assignment. */
    public function get_recordset_sql(string $sql, array $params): \ArrayIterator {
        $rows = [];
        $texts = array_column($this->tables['assignsubmission_onlinetext'] ?? [], null, 'submission');
        foreach ($this->submitted($params['assign']) as $submission) {
            $text = $texts[$submission->id];
            $rows[] = (object) (['onlinetext' => $text->onlinetext, 'onlineformat' => $text->onlineformat] + (array) $submission);
        }
        $this->texts += count($rows);
        return new class ($rows) extends \ArrayIterator {
            public function close(): void {
            }
        };
    }

    /** What the task compares: all that is switched on, with its course module. */
    public function get_records_sql(string $sql): array {
        $rows = [];
        foreach ($this->get_records('plagiarism_quadrangle_cms') as $row) {
            $module = $this->get_record('course_modules', ['id' => $row->cm]);
            $rows[] = (object) ['cm' => $row->cm, 'instance' => $module->instance ?? null, 'deletioninprogress' => $module->deletioninprogress ?? null];
        }
        return $rows;
    }

    private function submitted(int $assign): array {
        return $this->get_records('assign_submission', ['assignment' => $assign, 'latest' => 1, 'status' => 'submitted']);
    }
}
