// The grade preview, in all ways that it has to work in: the same numbers in each.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, WAYS } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const totals = (page) => page.locator(".qw-totals tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
const status = (page) => page.getByRole("status").textContent();
const says = (page, pattern) => page.waitForFunction((source) => new RegExp(source).test(document.querySelector("[role=status]").textContent), pattern.source);
const SETTINGS = [
  { aggregation: "0" },
  { aggregation: "10", "weight[11]": "3", "weight[12]": "1.5", "weight[14]": "2" },
  { aggregation: "13", "weight[11]": "40", "extra[15]": true },
  { aggregation: "13", "weight[11]": "70", "weight[12]": "80" },
  { aggregation: "12", "extra[13]": true, droplow: "1" },
  { aggregation: "8", aggregateonlygraded: false, keephigh: "2" },
];

async function set(page, settings) {
  for (const [name, value] of Object.entries(settings)) {
    const field = page.locator(`[name="${name}"]`);
    if (name === "aggregation") await field.selectOption(value);
    else if (typeof value === "boolean") await field.setChecked(value);
    else await field.fill(value);
  }
}

// What the server makes of the same form, sent by a browser without JavaScript.
async function byServer(settings) {
  const { page, close } = await open(chromium, "gradepreview", { javaScriptEnabled: false });
  await set(page, { aggregation: settings.aggregation });
  await page.getByRole("button", { name: "Update the preview" }).click();
  await set(page, settings);
  await page.getByRole("button", { name: "Update the preview" }).click();
  const found = { totals: await totals(page), status: await status(page) };
  await close();
  return found;
}

for (const settings of SETTINGS) {
  test(`the same totals whoever computes: ${JSON.stringify(settings)}`, async () => {
    const wanted = await byServer(settings);
    assert.match(wanted.status, /^\d+ of 13 totals would change/);
    for (const way of WAYS) {
      const { page, faults, engine, wanted: expected, close } = await open(chromium, "gradepreview", { policy: way });
      assert.equal(engine, expected);
      await set(page, settings);
      await says(page, new RegExp(wanted.status.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")));
      assert.deepEqual(await totals(page), wanted.totals, way);
      assert.deepEqual(faults, []);
      await close();
    }
  });
}

for (const way of WAYS) {
  test(`${way}: nothing changes by starting, and then the keyboard is enough`, async () => {
    const { page, faults, close } = await open(chromium, "gradepreview", { policy: way });
    assert.equal(await status(page), "None of 13 totals would change. Mean: 167.32.");
    assert.equal(await page.getByRole("button", { name: "Update the preview" }).isVisible(), false);
    await page.getByLabel("Drop the lowest").focus();
    await page.keyboard.press("ArrowUp");
    await page.getByLabel("Aggregation").focus();
    await page.keyboard.type("Weighted");
    await says(page, /^\d+ of 13/);
    assert.equal(await page.evaluate(() => document.activeElement.name), "aggregation");
    assert.equal(await page.getByLabel("Weight: Essay").isDisabled(), false);
    assert.equal(await page.getByLabel("Extra credit: Essay").isDisabled(), true);
    for (const item of ["Essay", "Laboratory", "Midterm examination", "Final examination", "Forum & wiki"]) {
      await page.getByLabel(`Weight: ${item}`).focus();
      await page.keyboard.type("0");
    }
    await says(page, /now, 200\.00 then/); // nothing weighs anything, and one total is overridden
    assert.deepEqual(faults, []);
    await close();
  });
}

test("a total that is overridden stays, and a name is text", async () => {
  const { page, close } = await open(chromium, "gradepreview");
  await set(page, { aggregation: "4" });
  await says(page, /^12 of 13/);
  const rows = await totals(page);
  assert.deepEqual(rows[4], ["Donald Knuth", "200.00", "200.00", "0.00"]);
  assert.equal(rows[12][0], '<b>Bobby</b> "Tables"');
  await close();
});

for (const way of WAYS) {
  test(`${way}: what cannot be computed is said, and said no longer once it is mended`, async () => {
    const { page, faults, close } = await open(chromium, "gradepreview", { policy: way });
    await set(page, { aggregation: "10", "weight[11]": "0.000001" });
    await says(page, /^These settings cannot be computed/);
    await set(page, { "weight[11]": "1" });
    await says(page, /totals would change/);
    assert.deepEqual(faults, []);
    await close();
  });
}
