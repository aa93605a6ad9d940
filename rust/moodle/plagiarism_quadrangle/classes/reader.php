<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

/** A text as what is compared of it: letters with their marks, in order, and where each stands. */
final class reader {
    private const YPOGEGRAMMENI = 0x345;
    private const IOTA = 0x3b9;
    private const SLICE = 65536;

    /** The last letter's hash, as marks may follow; none after what is dropped, whose marks are dropped too. */
    private ?int $value = null;
    private int $start = 0;
    private int $end = 0;

    /** By class the marks of the last letter. */
    private array $marks = [];

    private letters $letters;

    public function __construct(private winnower $winnower) {
        $this->letters = letters::table();
    }

    /** Hand each unit of a text, which is UTF-8, to the winnower. */
    public function read(string $text): void {
        $at = 0;
        foreach (self::slices($text) as $slice) {
            foreach (preg_split('//u', $slice, -1, PREG_SPLIT_NO_EMPTY) as $character) {
                $end = $at + strlen($character);
                foreach ($this->letters->of($character) as [$kind, $value]) {
                    if ($kind === letters::LETTER) {
                        $this->finish();
                        [$this->value, $this->start, $this->end] = [$value, $at, $end];
                    } else if ($kind === letters::DROPPED) {
                        $this->finish();
                    } else if ($kind !== letters::SKIPPED && $this->value !== null) {
                        $this->marks[$kind][] = $value;
                        $this->end = $end;
                    }
                }
                $at = $end;
            }
        }
        $this->finish();
    }

    private function finish(): void {
        if ($this->value === null) {
            return;
        }
        if (!$this->marks) {
            $this->winnower->push($this->value, $this->start, $this->end);
        } else {
            $this->finish_marked($this->value);
        }
        $this->value = null;
    }

    /** The marks in canonical order. An iota subscript, which comes last, is a letter of its own: in upper case it is. */
    private function finish_marked(int $value): void {
        ksort($this->marks);
        $iotas = 0;
        foreach ($this->marks as $marks) {
            foreach ($marks as $mark) {
                $mark === self::YPOGEGRAMMENI ? $iotas++ : $value = letters::hash($mark, $value);
            }
        }
        $this->marks = [];
        $this->winnower->push($value, $this->start, $this->end);
        for (; $iotas > 0; $iotas--) {
            $this->winnower->push(letters::hash(self::IOTA), $this->start, $this->end);
        }
    }

    /** Pieces of whole characters: an array of all characters of a long text would not fit the memory. */
    private static function slices(string $text): iterable {
        for ($at = 0, $length = strlen($text); $at < $length; $at = $end) {
            $end = min($at + self::SLICE, $length);
            while ($end < $length && (ord($text[$end]) & 0xc0) === 0x80) {
                $end--;
            }
            yield substr($text, $at, $end - $at);
        }
    }
}
