<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The classes and functions of Moodle that the task, lib.php and the privacy provider build on, as far as they are called.

namespace {
    define('MOODLE_INTERNAL', true);
    define('SEPARATEGROUPS', 1);

    function get_string(string $name, string $component, $a = null): string {
        return trim("$name " . (is_scalar($a) ? $a : ''));
    }

    function get_config(string $plugin, ?string $name = null) {
        return $name === null ? (object) $GLOBALS['settings'] : $GLOBALS['settings'][$name] ?? false;
    }

    function mtrace(string $line): void {
        $GLOBALS['traced'][] = $line;
    }

    function has_capability(string $capability, object $context): bool {
        return in_array($capability, $GLOBALS['capabilities'], true);
    }

    function has_all_capabilities(array $capabilities, object $context): bool {
        return !array_diff($capabilities, $GLOBALS['capabilities']);
    }

    function get_course_and_cm_from_cmid(int $cmid): array {
        return [null, (object) ['id' => $cmid, 'instance' => $GLOBALS['DB']->get_field('course_modules', 'instance', ['id' => $cmid])]];
    }

    function groups_get_activity_groupmode(object $cm): int {
        return $GLOBALS['groupmode'];
    }

    class context {
        public function __construct(public int $instanceid) {
        }

        public static function instance(int $id): static {
            return new static($id);
        }
    }

    class context_module extends context {
    }

    class context_course extends context {
    }

    class moodle_url {
        public function __construct(private string $path, private array $params) {
        }

        public function __toString(): string {
            return $this->path . '?' . http_build_query($this->params);
        }
    }

    class html_writer {
        public static function div(string $content, string $class = ''): string {
            return "<div>$content</div>";
        }

        public static function link($url, string $text): string {
            return "<a href=\"$url\">$text</a>";
        }
    }
}

namespace core\task {
    abstract class scheduled_task {
    }
}

namespace core_privacy\local\metadata {
    interface provider {
    }

    class collection {
        /** By table what is said of its fields. */
        public array $tables = [];

        public function add_database_table(string $table, array $fields, string $summary): void {
            $this->tables[$table] = $fields;
        }
    }
}

namespace core_privacy\local\request {
    class writer {
        public static function with_context(object $context): self {
            return new self();
        }

        public function export_data(array $path, object $data): void {
            $GLOBALS['exported'][] = $data;
        }
    }
}

namespace core_plagiarism\privacy {
    interface plagiarism_provider {
    }

    interface plagiarism_user_provider {
    }
}
