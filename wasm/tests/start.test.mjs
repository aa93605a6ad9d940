// How long a widget takes from the call of `start` until it answers; printed, as what it takes depends on the machine.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const RUNS = 5;
const took = () => performance.getEntriesByType("mark").find(({ name }) => name.startsWith("local_wasmwidgets/")).startTime - globalThis.began;
const loaded = () => performance.getEntriesByType("resource").filter(({ name }) => name.includes("widgets.wasm")).length;

for (const widget of ["gradepreview", "graph", "order", "review", "timer"]) {
  test(`${widget}: it starts, and loads one WebAssembly`, async (t) => {
    const times = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { page, close } = await open(chromium, widget);
      times.push(await page.evaluate(took));
      assert.equal(await page.evaluate(loaded), 1);
      await close();
    }
    times.sort((a, b) => a - b);
    t.diagnostic(`${widget}: start ${times.map((time) => time.toFixed(0)).join(", ")} ms, with nothing in the cache`);
  });
}

