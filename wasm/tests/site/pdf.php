<?php
// SPDX-License-Identifier: GPL-3.0-or-later
// The page of the PDF viewer, its script and its files.

use local_wasmwidgets\pack;
use local_wasmwidgets\pdf_page;

require __DIR__ . '/document.php';

/** ?file= the name of a document, ?open to open it at once. */
function page_pdf(): string {
    $GLOBALS['language'] = $GLOBALS['parts'][3];
    $name = $_GET['file'] ?? 'pages.pdf';
    return (new pdf_page("/pluginfile.php/5/mod_resource/content/1/$name", $name, isset($_GET['open'])))->html(pdf_pack());
}

/** The plugin's files; ?false= one that has another hash than the browser is told. */
function pdf_pack(): pack {
    if (!isset($_GET['false'])) {
        return new pack(DIST . '/pack');
    }
    $folder = sys_get_temp_dir() . '/pack' . bin2hex(random_bytes(6));
    mkdir($folder);
    $files = json_decode(file_get_contents(DIST . '/pack/pack.json'), true);
    $files[$_GET['false']]['integrity'] = 'sha384-' . base64_encode(str_repeat("\0", 48));
    file_put_contents("$folder/pack.json", json_encode($files));
    $pack = new pack($folder);
    unlink("$folder/pack.json");
    rmdir($folder);
    return $pack;
}

/** Whether the address was one of the viewer's files, and has been answered. */
function pdf_serves(string $path): bool {
    $types = ['js' => 'text/javascript', 'css' => 'text/css', 'wasm' => 'application/wasm', 'pfb' => 'application/octet-stream'];
    $name = basename($path);
    if ($path === '/amd/pdf.js' || $path === "/local/wasmwidgets/pack/$name") {
        $file = $path === '/amd/pdf.js' ? DIST . '/amd/build/pdf.min.js' : DIST . "/pack/$name";
        header('Content-Type: ' . ($types[pathinfo($file, PATHINFO_EXTENSION)] ?? 'text/plain'));
        readfile($file);
        return true;
    }
    $document = str_starts_with($path, '/pluginfile.php/') ? document_named($name) : null;
    if ($document === null) {
        return false;
    }
    header('Content-Type: application/pdf');
    header('Content-Length: ' . strlen($document));
    echo $document;
    return true;
}
