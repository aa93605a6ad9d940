// What the viewer takes of pdf.js. Neither its scripting (QuickJS) nor its own viewer is here: nothing runs what JavaScript a PDF holds.
export { getDocument, PasswordException, PDFWorker, RenderingCancelledException, TextLayer, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";
