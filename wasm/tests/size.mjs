// What a page loads, and the budgets of it, as brotli sends it: 150 KB for the widgets, and apart from them what a page with an open PDF loads.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const DIST = new URL("../dist/local_wasmwidgets/", import.meta.url);
const PARTS = {
  widgets: { budget: 150_000, files: ["pack/widgets.wasm", "amd/build/widgets.min.js", "pack/widgets.css"] },
  "PDF viewer": { budget: 10_000, files: ["amd/build/pdf.min.js", "pack/pdf.css"] },
  "PDF renderer": { budget: 500_000, files: ["pack/pdf.renderer.js", "pack/pdf.worker.js"] },
};

function size(name) {
  const bytes = readFileSync(new URL(name, DIST));
  const brotli = brotliCompressSync(bytes).length;
  console.log(`${name}: ${bytes.length} bytes, gzip ${gzipSync(bytes, { level: 9 }).length}, brotli ${brotli}`);
  return brotli;
}

for (const [part, { budget, files }] of Object.entries(PARTS)) {
  const sum = files.map(size).reduce((total, one) => total + one);
  console.log(`${part}: together ${sum} of ${budget}`);
  if (sum > budget) process.exitCode = 1;
}
