<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// As much of Moodle's quiz and page as the hook and quiz.php call. What they answer, the test says.

namespace core\hook\output {
    final class before_http_headers {
    }
}

namespace mod_quiz {
    final class quiz_attempt {
        public const IN_PROGRESS = 'inprogress';
        public const OVERDUE = 'overdue';
        public static array $said;

        public static function create(int $attemptid): self {
            return new self();
        }

        public function __call(string $name, array $arguments) {
            $said = self::$said[$name] ?? throw new \LogicException("$name is not said");
            return is_array($said) && $arguments && is_int($arguments[0]) ? $said[$arguments[0]] : $said;
        }
    }
}

namespace {
    final class question_display_options {
        public const MAX_ONLY = 1;
        public const MARK_AND_MAX = 2;
        public bool $attempt = true;
        public bool $correctness = true;
        public bool $flags = true;
        public int $marks = self::MARK_AND_MAX;
        public int $markdp = 2;
    }

    /** Moodle's states are single objects, as here. */
    final class question_state {
        public static self $gaveup;

        public function __construct(private string $name) {
        }

        public function __call(string $name, array $arguments): bool {
            return $name === "is_$this->name";
        }
    }
    question_state::$gaveup = new question_state('incorrect'); // Moodle's says that of itself too.

    final class question_attempt {
        public function __construct(private question_state $state, private bool $flagged = false, private string $mark = '') {
        }

        public function get_state(): question_state {
            return $this->state;
        }

        public function is_flagged(): bool {
            return $this->flagged;
        }

        public function format_mark(int $decimals): string {
            return $this->mark;
        }

        public function format_max_mark(int $decimals): string {
            return '1.00';
        }

        public function get_outer_question_div_unique_id(): string {
            return 'question-7-1';
        }
    }

    final class block_contents {
        public string $title;
        public string $content;
    }

    /** Takes what is added to it; it is its own blocks and requirements. */
    final class moodle_page {
        public array $added = [];
        public ?object $cm = null;
        public self $blocks;
        public self $requires;

        public function __construct(public string $pagetype) {
            $this->blocks = $this->requires = $this;
        }

        public function get_regions(): array {
            return ['side-pre'];
        }

        public function __call(string $name, array $arguments): void {
            $this->added[$name] = $arguments;
        }
    }

    function optional_param(string $name, $default, string $type) {
        return $GLOBALS['params'][$name] ?? $default;
    }

    function get_config(string $plugin, string $name) {
        return $GLOBALS['settings'][$name] ?? false;
    }

    function userdate(int $time, string $format): string {
        return gmdate('H:i', $time);
    }

    define('PARAM_INT', 'int');
    define('PARAM_ALPHA', 'alpha');
}
