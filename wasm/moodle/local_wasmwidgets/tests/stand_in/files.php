<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// As much of Moodle's files as pdf_file.php and pdf_hooks.php call; of the page, what stand_in/quiz.php has.

namespace core\hook\output {
    final class before_footer_html_generation {
        public string $html = '';

        public function add_html(string $html): void {
            $this->html .= $html;
        }
    }
}

namespace {
    final class cm_info {
        public int $id = 9;
        public int $instance = 4;
    }

    final class context_module {
        public int $id = 31;

        public static function instance(int $id): self {
            return new self();
        }
    }

    final class stored_file {
        public function __construct(private string $name, private string $type) {
        }

        public function get_mimetype(): string {
            return $this->type;
        }

        public function get_filepath(): string {
            return '/';
        }

        public function get_filename(): string {
            return $this->name;
        }
    }

    /** The files of the one activity, and the database that knows its revision. */
    final class file_storage {
        public static array $files = [];

        public function get_area_files(int $context, string $component, string $area, int $item, string $sort, bool $folders): array {
            return [$context, $component, $area, $item, $folders] === [31, 'mod_resource', 'content', 0, false] ? self::$files : [];
        }

        public function get_field(string $table, string $field, array $where, int $strictness): string {
            return [$table, $field, $where] === ['resource', 'revision', ['id' => 4]] ? '6' : '';
        }
    }

    function get_file_storage(): file_storage {
        return new file_storage();
    }

    define('MUST_EXIST', 2);
}
