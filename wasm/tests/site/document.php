<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes PDFs, as small as they can be: nothing binary is kept with the tests.

/** A PDF of its objects by number; the first is the catalogue. The cross references are counted here. */
function document_of(array $objects, string $trailer = ''): string {
    $pdf = "%PDF-1.7\n";
    $places = "0000000000 65535 f \n";
    foreach ($objects as $number => $object) {
        $places .= sprintf("%010d 00000 n \n", strlen($pdf));
        $pdf .= "$number 0 obj\n$object\nendobj\n";
    }
    $size = count($objects) + 1;
    return "{$pdf}xref\n0 $size\n{$places}trailer\n<< /Size $size /Root 1 0 R $trailer >>\nstartxref\n" . strlen($pdf) . "\n%%EOF\n";
}

function document_stream(string $content, string $entries = ''): string {
    return "<< /Length " . strlen($content) . " $entries >>\nstream\n$content\nendstream";
}

/**
 * Pages with two lines of text each. On the first is what a PDF may hold besides.
 * @param string $annotations objects for /Annots of the first page
 * @param string $catalogue further entries
 */
function document_pages(int $count, string $annotations = '', string $catalogue = '', string $trailer = ''): string {
    $kids = implode(' ', array_map(static fn(int $page): string => (2 * $page + 4) . ' 0 R', range(0, $count - 1)));
    $objects = [
        1 => "<< /Type /Catalog /Pages 2 0 R $catalogue >>",
        2 => "<< /Type /Pages /Kids [$kids] /Count $count /MediaBox [0 0 420 595] >>",
        3 => '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ];
    for ($page = 0; $page < $count; $page += 1) {
        $content = 'BT /F 24 Tf 50 500 Td (Chapter ' . ($page + 1) . ") Tj /F 12 Tf 0 -40 Td (The quick brown fox jumps over the lazy dog.) Tj ET\n"
            . '0.06 0.36 0.71 rg 50 80 ' . 40 * ($page + 1) . ' 120 re f';
        [$image, $resource] = $page === 0 ? ["\nq 64 0 0 64 300 40 cm /I Do Q", '/XObject << /I ' . (2 * $count + 4) . ' 0 R >>'] : ['', ''];
        $own = $page === 0 ? "/Annots [$annotations]" : '';
        $objects[2 * $page + 4] = '<< /Type /Page /Parent 2 0 R /Contents ' . (2 * $page + 5) . " 0 R /Resources << /Font << /F 3 0 R >> $resource >> $own >>";
        $objects[2 * $page + 5] = document_stream($content . $image);
    }
    $objects[2 * $count + 4] = document_black();
    return document_of($objects, $trailer);
}

/** A black square of 64 pixels as JBIG2, the one coding that pdf.js reads by WebAssembly and is written by hand in some lines. */
function document_black(): string {
    // Each row as T.6 codes it: horizontal mode, no white, 64 black; then 63 rows like the one above; and the end of the block.
    $bits = '001' . '00110101' . '0000001111' . '0000110111' . str_repeat('11', 63) . str_repeat('000000000001', 2);
    $rows = implode('', array_map(static fn(string $byte): string => chr(bindec(str_pad($byte, 8, '0'))), str_split($bits, 8)));
    $segment = static fn(int $number, int $type, string $data): string => pack('NCCCN', $number, $type, 0, 1, strlen($data)) . $data;
    $page = $segment(0, 48, pack('NNNNCn', 64, 64, 0, 0, 0, 0));
    $region = $segment(1, 38, pack('NNNNCC', 64, 64, 0, 0, 0, 1) . $rows);
    return document_stream($page . $region, '/Type /XObject /Subtype /Image /Width 64 /Height 64 /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /JBIG2Decode');
}

function document_link(int $row, string $target): string {
    return '<< /Type /Annot /Subtype /Link /Border [0 0 1] /Rect [50 ' . (400 - 30 * $row) . ' 200 ' . (420 - 30 * $row) . "] $target >> ";
}

/** By the file's name. */
function document_named(string $name): ?string {
    $uri = static fn(string $address): string => "/A << /S /URI /URI ($address) >>";
    $script = '/S /JavaScript /JS (app.alert\("run"\); globalThis.ran = true;)';
    return match ($name) {
        'pages.pdf' => document_pages(3),
        'hundred.pdf' => document_pages(100),
        'links.pdf' => document_pages(
            3,
            document_link(0, $uri('https://example.org/safe')) . document_link(1, $uri('javascript:globalThis.ran=true')) . document_link(2, "/A << $script >>")
                . document_link(3, '/Dest [8 0 R /Fit]') . document_link(4, $uri('file:///etc/passwd')) . document_link(5, $uri('mailto:teacher@example.org'))
                . document_link(6, '/Dest (nowhere)') . document_link(7, '/A << /S /Launch /F (calc.exe) >>')
                . document_link(8, $uri('tel:+49301234567')) . document_link(9, $uri('ftp://example.org/file')),
            "/OpenAction << $script >>"
        ),
        // Neither password is the empty one, so no key fits.
        'locked.pdf' => document_pages(1, '', '', '/ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <' . str_repeat('1f', 32) . '> /U <' . str_repeat('2e', 32) . '> >>'),
        'broken.pdf' => '%PDF-1.7 and then nothing of the kind',
        'badpage.pdf' => str_replace('4 0 R 6 0 R 8 0 R', '4 0 R 6 6 R 8 0 R', document_pages(3)), // There is no 6 6.
        default => null,
    };
}
