// The largest fleet: it opens and can be worked with. What it took is printed; only what cannot depend on the machine is judged.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { open, PAGES, start, view } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const took = async (body) => {
  const began = performance.now();
  await body();
  return `${Math.round(performance.now() - began)} ms`;
};

for (const [name, cards, query, expected] of [["large", 50, "nordvik-college-77 field3", 11], ["outliers", 5_000, "nordvik-college-77", 1]]) {
  test(`${name}: all is there, and search, filter and opening work`, async (t) => {
    const { page, faults, close } = await open(chromium.browser, name);
    const loaded = await page.evaluate(() => Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd));
    assert.equal(await page.locator(".card").count(), cards);
    const figures = { bytes: statSync(join(PAGES, `${name}.html`)).size.toLocaleString("en"), loaded: `${loaded} ms` };
    const within = (body) => took(() => page.evaluate(body).then(() => page.evaluate(() => new Promise(requestAnimationFrame))));
    figures["first search"] = await took(() => page.fill("#q", query));
    assert.equal((await view.shown(page)).length, expected);
    figures["next search"] = await took(() => page.fill("#q", "college"));
    figures.filter = await took(() => page.selectOption("#ring", "early"));
    await page.getByRole("button", { name: "Clear filters" }).click();
    figures["list of tenants"] = await within(() => { for (const node of document.querySelectorAll("#change-2 details")) node.open = true; });
    figures["expand all"] = await within(() => document.getElementById("expand").click());
    const names = await page.locator("#change-2 .names").evaluateAll((lists) => lists.reduce((sum, list) => sum + list.textContent.split("\n").length, 0));
    assert.equal(names, name === "large" ? 10_000 : 1);
    t.diagnostic(`${name}: ${Object.entries(figures).map(([what, figure]) => `${what} ${figure}`).join(", ")}`);
    assert.deepEqual(faults, []);
    await close();
  });
}
