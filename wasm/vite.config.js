// Two files: the AMD module, which Moodle's RequireJS loads, and its styles. PACK is where wasm-bindgen has written, OUT where to write.
import tailwind from "@tailwindcss/vite";
import { scope } from "./scope.js";

export default {
  plugins: [tailwind()],
  resolve: { alias: { pack: process.env.PACK } },
  css: { postcss: { plugins: [scope] } },
  build: {
    outDir: process.env.OUT,
    emptyOutDir: true,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"], // the first with light-dark()
    lib: { entry: "loader/entry.js", formats: ["umd"], name: "localWasmwidgets", fileName: () => "widgets.min.js", cssFileName: "widgets" },
  },
};
