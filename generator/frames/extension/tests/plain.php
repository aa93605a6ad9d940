<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace @name@;

use ValueError;

/** The extension's function in plain PHP: the fallback where it is not loaded, and what it is tested against. */
final class plain {
    private const MOST_TEXTS = 10000;
    private const MOST_BYTES = 4 << 20;

    /** The sizes of texts in UTF-8, in their order. */
    public static function sizes(array $texts): array {
        if (count($texts) > self::MOST_TEXTS) {
            throw new ValueError(count($texts) . ' texts are too many, the most is ' . self::MOST_TEXTS);
        }
        $sizes = [];
        foreach (array_values($texts) as $index => $text) {
            is_string($text) || throw new ValueError("text $index is no string");
            preg_match('//u', $text) || throw new ValueError("text $index is not UTF-8");
            if (strlen($text) > self::MOST_BYTES) {
                throw new ValueError("text $index: it has " . strlen($text) . ' bytes, more than ' . self::MOST_BYTES);
            }
            $lines = array_map([self::class, 'characters'], explode("\n", $text));
            $sizes[] = ['characters' => self::characters($text), 'lines' => count($lines), 'longest' => max($lines)];
        }
        return $sizes;
    }

    /** Without mbstring: every byte but those that continue a character. */
    private static function characters(string $text): int {
        return preg_match_all('/[^\x80-\xbf]/', $text);
    }
}
