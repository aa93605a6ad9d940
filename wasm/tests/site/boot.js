// What js_call_amd writes into a page of Moodle's, as a file: the pages here allow no inline script.
const { module } = document.currentScript.dataset;
const given = JSON.parse(document.currentScript.dataset.arguments);
requirejs.config({ paths: { "local_wasmwidgets/widgets": "/amd/widgets", "local_wasmwidgets/pdf": "/amd/pdf" } });
require([`local_wasmwidgets/${module}`], (amd) => {
  globalThis.began = performance.now();
  amd.start(...given);
});
