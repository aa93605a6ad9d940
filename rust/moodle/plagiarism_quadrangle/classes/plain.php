<?php
// SPDX-License-Identifier: GPL-3.0-or-later

namespace plagiarism_quadrangle;

use ValueError;

/**
 * The functions of the extension plagiarism_detector in plain PHP, byte for byte: the fallback where it is not loaded, and
 * the reference that it is tested against. Parameters and results are those of the functions plagiarism_detector_*.
 */
final class plain {
    private const MOST_TEXTS = 10000;
    private const MOST_DOCUMENTS = 100000;
    private const MOST_COMPARED = 2000;
    private const MOST_FINGERPRINTS = 8 << 20;
    private const MOST_PAIRS = 100000;

    /** The fingerprints of texts in UTF-8: a list of packed documents. */
    public static function fingerprint(array $texts, int $k = 25, int $w = 20): array {
        self::want('k', $k, ...document::LIMITS['k']);
        self::want('w', $w, ...document::LIMITS['w']);
        if (count($texts) > self::MOST_TEXTS) {
            throw new ValueError(count($texts) . ' texts are too many, the most is ' . self::MOST_TEXTS);
        }
        $documents = [];
        foreach (array_values($texts) as $index => $text) {
            is_string($text) || throw new ValueError("text $index is no string");
            preg_match('//u', $text) || throw new ValueError("text $index is not UTF-8");
            if (strlen($text) > document::MOST_BYTES) {
                throw new ValueError("text $index: it has " . strlen($text) . ' bytes, more than ' . document::MOST_BYTES);
            }
            $documents[] = document::of($text, $k, $w);
        }
        return $documents;
    }

    /** What a packed document has in common with those of a corpus; what is ignored does not count. */
    public static function compare(string $document, array $corpus, ?string $ignored = null): array {
        $document = new document('the document', $document);
        $winnowing = null;
        [$corpus, $ignored] = self::corpus($corpus, $ignored, $winnowing);
        $document = self::counting('the document', $document, $ignored, $winnowing);
        $overlaps = [];
        foreach ($corpus as $index => $other) {
            if (array_intersect_key($document->places, $other->places)) {
                $overlaps[] = ['index' => $index] + overlap::of($document, $other);
            }
        }
        return $overlaps;
    }

    /** Which of many packed documents overlap, each compared with each. */
    public static function report(array $documents, int $least = 1, int $most = 1000, ?string $ignored = null): array {
        self::want('least', $least, 1, 0x7fffffff);
        self::want('most', $most, 1, self::MOST_PAIRS);
        [$corpus] = self::corpus($documents, $ignored);
        if (count($corpus) > self::MOST_COMPARED) {
            throw new ValueError(count($corpus) . ' documents are too many for a report, the most is ' . self::MOST_COMPARED);
        }
        $pairs = array_filter(self::shared($corpus), static fn(int $shared): bool => $shared >= $least);
        $keys = array_keys($pairs);
        array_multisort($pairs, SORT_DESC, $keys);
        $result = ['found' => count($pairs), 'pairs' => []];
        foreach (array_slice($keys, 0, $most) as $key) {
            [$first, $second] = [intdiv($key, self::MOST_COMPARED), $key % self::MOST_COMPARED];
            $result['pairs'][] = compact('first', 'second') + overlap::of($corpus[$first], $corpus[$second]);
        }
        return $result;
    }

    /** How many hashes two documents share, by the first times the most that there are, and the second. */
    private static function shared(array $corpus): array {
        $owners = $pairs = [];
        foreach ($corpus as $owner => $document) {
            foreach ($document->places as $hash => $places) {
                $owners[$hash][] = $owner;
            }
        }
        foreach ($owners as $documents) {
            foreach ($documents as $place => $second) {
                for ($before = 0; $before < $place; $before++) {
                    $key = $documents[$before] * self::MOST_COMPARED + $second;
                    $pairs[$key] = ($pairs[$key] ?? 0) + 1;
                }
            }
        }
        return $pairs;
    }

    /** Documents that were winnowed alike, and what is ignored. */
    private static function corpus(array $documents, ?string $ignored, ?array &$winnowing = null): array {
        $ignored = $ignored === null ? null : new document('ignored', $ignored);
        $winnowing = $ignored === null ? null : [$ignored->k, $ignored->w];
        $corpus = [];
        $fingerprints = 0;
        foreach (array_values($documents) as $index => $packed) {
            is_string($packed) || throw new ValueError("document $index is no string");
            $document = new document("document $index", $packed);
            if ($index === self::MOST_DOCUMENTS) {
                throw new ValueError("document $index: it is one too many, the most is " . self::MOST_DOCUMENTS);
            }
            $corpus[] = self::counting("document $index", $document, $ignored, $winnowing);
            $winnowing = [$document->k, $document->w];
            $fingerprints += count($document->fingerprints);
            if ($fingerprints > self::MOST_FINGERPRINTS) {
                throw new ValueError("document $index: with it there are more than " . self::MOST_FINGERPRINTS . ' fingerprints');
            }
        }
        return [$corpus, $ignored];
    }

    private static function counting(string $name, document $document, ?document $ignored, ?array $winnowing): document {
        if ($winnowing !== null && $winnowing !== [$document->k, $document->w]) {
            [$k, $w] = $winnowing;
            throw new ValueError("$name: it has k $document->k and w $document->w, the others have k $k and w $w");
        }
        if ($ignored !== null) {
            $document->without($ignored);
        }
        return $document;
    }

    private static function want(string $name, int $value, int $least, int $most): void {
        if ($value < $least || $value > $most) {
            throw new ValueError("$name is $value, not between $least and $most");
        }
    }
}
