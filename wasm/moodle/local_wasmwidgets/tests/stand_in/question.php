<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// As much of Moodle's question engine as the question types' question.php calls.

abstract class question_definition {
    public function validate_can_regrade_with_other_version(question_definition $otherversion): ?string {
        return get_class($otherversion) === get_class($this) ? null : 'another type';
    }
}

abstract class question_graded_automatically extends question_definition {
}

/** Moodle's states are objects; here the fraction tells enough. */
final class question_state {
    public static function graded_state_for_fraction(float $fraction): string {
        return $fraction < 0.000001 ? 'gradedwrong' : ($fraction > 0.999999 ? 'gradedright' : 'gradedpartial');
    }
}

final class question_utils {
    public static function arrays_same_at_key_missing_is_blank(array $one, array $other, string $key): bool {
        return (string) ($one[$key] ?? '') === (string) ($other[$key] ?? '');
    }
}

final class question_attempt_step {
    private array $vars = [];

    public function set_qt_var(string $name, string $value): void {
        $this->vars[$name] = $value;
    }

    public function get_qt_var(string $name): ?string {
        return $this->vars[$name] ?? null;
    }
}

defined('PARAM_RAW_TRIMMED') || define('PARAM_RAW_TRIMMED', 'raw_trimmed');
