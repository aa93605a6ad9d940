// The PDF viewer: `--mode viewer` is the AMD module with its styles; `--mode renderer` is pdf.js, in files of its own that are fetched when a
// PDF is opened. Of its builds the one for browsers of some years back is taken, for with the other a school's older laptops see links only.
// PDF_OUT is where to write.
const PDFJS = "pdfjs-dist/legacy/build";
const viewer = { lib: { entry: "loader/pdf/entry.js", formats: ["umd"], name: "localWasmwidgetsPdf", fileName: () => "pdf.min.js", cssFileName: "pdf" } };
const renderer = {
  modulePreload: false,
  rolldownOptions: {
    input: { "pdf.renderer": "loader/pdf/pdfjs.js", "pdf.worker": `${PDFJS}/pdf.worker.mjs` },
    preserveEntrySignatures: "strict",
    output: { format: "es", entryFileNames: "[name].js" },
  },
};

export default ({ mode }) => ({
  build: {
    outDir: process.env.PDF_OUT,
    emptyOutDir: false,
    chunkSizeWarningLimit: 2_000, // kB: the worker is what it is
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // the first with light-dark()
    ...(mode === "viewer" ? viewer : renderer),
  },
});
