// What js_call_amd writes into a page of Moodle's, as a file: the pages here allow no inline script.
const given = JSON.parse(document.currentScript.dataset.arguments);
requirejs.config({ paths: { "local_wasmwidgets/widgets": "/amd/widgets" } });
require(["local_wasmwidgets/widgets"], (amd) => {
  globalThis.began = performance.now();
  amd.start(...given);
});
