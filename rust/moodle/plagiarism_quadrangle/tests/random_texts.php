<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** Texts that one seed decides: all scripts, marks in any order, much that is copied from one to the other. */
final class random_texts {
    private const ALPHABETS = [
        'abcdefghijklmnopqrstuvwxyz      ABCDEFG0123456789.,;!?ßſıİK',
        'αβγδεζηθικλμνξοπρσςτυφχψω ΆΈΪᾳᾴᾼῼ͂́̈ͅ',
        'éèêëñÅÅ áàâḉ̧̣̊͏̀̂',
        'абвгдеёжзийклмнопрстуфхцчшщъыьэюя ЁЙ',
        '我们在这里比较很多文章的内容，。、豈更',
        '한국어도여기에있습니다ᄀ가각ᅡᆨ ㄱㅏﾡ',
        'اللغة العربية ﷺﻻـًّ',
        'ภาษาไทยก็มีที่นี่ด้วย',
        'हिन्दी क्षत्रिय़्‍',
        "ﬁ①½™㎏…¨´ \u{ad}\u{200b}\0\n\t🙂🙃’“”—𝒜𝟘㍿",
    ];

    public array $texts = [];
    public int $k;
    public int $w;

    public function __construct(int $seed) {
        mt_srand($seed);
        [$this->k, $this->w] = [mt_rand(5, 14), mt_rand(4, 12)];
        $alphabet = preg_split('//u', self::one_of([...self::ALPHABETS, implode('', self::ALPHABETS)]), -1, PREG_SPLIT_NO_EMPTY);
        $alphabet = mt_rand(0, 3) ? $alphabet : array_slice($alphabet, 0, 3);
        for ($count = mt_rand(0, 6); $count > 0; $count--) {
            $this->texts[] = $this->text($alphabet);
        }
    }

    private function text(array $alphabet): string {
        $text = '';
        for ($pieces = mt_rand(0, 4); $pieces > 0; $pieces--) {
            $before = $this->texts && mt_rand(0, 1) ? preg_split('//u', self::one_of($this->texts), -1, PREG_SPLIT_NO_EMPTY) : [];
            if ($before) {
                $text .= implode('', array_slice($before, mt_rand(0, count($before) - 1), mt_rand(1, 80)));
                continue;
            }
            for ($length = mt_rand(0, 60); $length > 0; $length--) {
                $text .= mt_rand(0, 40) ? self::one_of($alphabet) : self::character(self::code());
            }
        }
        return $text;
    }

    /** UTF-8, without mbstring. */
    public static function character(int $code): string {
        return match (true) {
            $code < 0x80 => chr($code),
            $code < 0x800 => pack('C2', 0xc0 | $code >> 6, 0x80 | $code & 0x3f),
            $code < 0x10000 => pack('C3', 0xe0 | $code >> 12, 0x80 | $code >> 6 & 0x3f, 0x80 | $code & 0x3f),
            default => pack('C4', 0xf0 | $code >> 18, 0x80 | $code >> 12 & 0x3f, 0x80 | $code >> 6 & 0x3f, 0x80 | $code & 0x3f),
        };
    }

    private static function code(): int {
        $code = mt_rand(0, 3) ? mt_rand(0xa0, 0x2fff) : mt_rand(0x3000, 0x10ffff);
        return $code >= 0xd800 && $code < 0xe000 ? 0x345 : $code;
    }

    private static function one_of(array $choices) {
        return $choices[mt_rand(0, count($choices) - 1)];
    }
}
