// What a page loads, and the budget of it: 150 KB as brotli sends it.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUDGET = 150_000;
const DIST = new URL("../dist/local_wasmwidgets/", import.meta.url);
const FILES = ["pack/widgets.wasm", "amd/build/widgets.min.js", "pack/widgets.css"];

let sum = 0;
for (const name of FILES) {
  const bytes = readFileSync(new URL(name, DIST));
  const brotli = brotliCompressSync(bytes).length;
  sum += brotli;
  console.log(`${name}: ${bytes.length} bytes, gzip ${gzipSync(bytes, { level: 9 }).length}, brotli ${brotli}`);
}
console.log(`together ${sum} of ${BUDGET}`);
process.exitCode = sum > BUDGET ? 1 : 0;
