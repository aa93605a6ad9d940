// Search, filters, the address that keeps them, and what a screen reader is told.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, open, start, view } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

// Each test has a page of its own, and nothing may have gone wrong in it.
const on = (name, options, body) => test(body.title ?? options.title, async () => {
  const opened = await open(chromium.browser, name, options);
  await body(opened.page, opened);
  assert.deepEqual(opened.faults, []);
  assert.deepEqual(await opened.page.evaluate(() => globalThis.refused), []);
  await opened.close();
});
const says = (page, text) => page.waitForFunction((wanted) => document.getElementById("result").textContent === wanted, text, { timeout: 5_000 });
const numbers = async (page) => (await view.shown(page)).map((name) => Number(name.split("-")[1]));

on("demo", { title: "everything is shown at first and the count is said" }, async (page) => {
  await says(page, "11 changes, 5 dangers");
  assert.equal(await view.result(page).getAttribute("role"), "status");
  assert.deepEqual(await numbers(page), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

on("demo", { title: "a search narrows to fields, values, kinds, names and tenants, whatever their case" }, async (page) => {
  const found = { "Limits.MEMORY": [6], "1536mi": [6], networkpolicy: [10], "moodle-cron": [5], "nordvik-college": [4, 5, 6, 7, 8], "config.php": [7], zzz: [] };
  for (const [query, expected] of Object.entries(found)) {
    await page.fill("#q", query);
    assert.deepEqual(await numbers(page), expected, query);
  }
  await says(page, "0 of 11 changes, 0 of 5 dangers");
  await page.getByRole("button", { name: "Show all changes" }).click();
  await says(page, "11 changes, 5 dangers");
});

on("demo", { title: "each word of a search has to be found, in the change or in one and the same tenant" }, async (page) => {
  await page.fill("#q", "memory nordvik academy");
  assert.deepEqual(await numbers(page), [6]);
  await page.fill("#q", "fairview-college-3 eastgate-school-7");
  assert.deepEqual(await numbers(page), []);
});

on("demo", { title: "of a danger only the tenants and values that match are shown and counted" }, async (page) => {
  await page.fill("#q", "pvc-shrink 100Gi");
  await says(page, "0 of 11 changes, 1 of 5 dangers");
  assert.deepEqual(await page.locator(".danger .names:visible").allInnerTexts(), ["birch-college"]);
  await page.fill("#q", "alder-college.yaml");
  assert.deepEqual(await page.locator(".danger:visible").count(), 1);
});

on("demo", { title: "an open list of tenants holds those that match, and all again" }, async (page) => {
  const names = () => page.locator("#change-4 .names:visible").evaluateAll((lists) => lists.flatMap((list) => list.textContent.split("\n")));
  await page.locator("#change-4 > details > summary").click();
  await page.locator("#change-4 .members > summary").click();
  await page.waitForFunction(() => document.querySelector("#change-4 .members[open]"));
  assert.equal((await names()).length, 1_200);
  await page.fill("#q", "nordvik-college-2");
  assert.deepEqual((await names()).sort(), ["nordvik-college-2", "nordvik-college-20", "nordvik-college-21", "nordvik-college-22", "nordvik-college-23"]);
  await page.selectOption("#ring", "canary");
  assert.equal((await names()).length, 5);
  await page.fill("#q", "");
  assert.equal((await names()).length, 24);
  await page.getByRole("button", { name: "Clear filters" }).click();
  assert.equal((await names()).length, 1_200);
});

on("demo", { title: "a change with the tenants of another shows them in its own place" }, async (page) => {
  await page.locator("#change-5 > details > summary").click();
  await page.locator("#change-5 .members > summary").click();
  await page.waitForSelector("#change-5 .names");
  const names = await page.locator("#change-5 .names").evaluateAll((lists) => lists.flatMap((list) => list.textContent.split("\n")));
  assert.equal(new Set(names).size, 1_200);
  assert.equal(await page.locator("#change-5 .same").count(), 0);
});

on("demo", { title: "filters combine: a tenant must be in the environment and the ring and the cluster" }, async (page) => {
  await page.selectOption("#environment", "staging");
  assert.deepEqual(await numbers(page), [4, 5, 8]);
  await page.selectOption("#ring", "canary");
  assert.deepEqual(await numbers(page), []);
  await page.selectOption("#environment", "*");
  assert.deepEqual(await numbers(page), [4, 5, 6, 7, 8]);
  await page.selectOption("#kind", "Rollout");
  assert.deepEqual(await numbers(page), [4, 6]);
  await page.fill("#q", "1536Mi");
  assert.deepEqual(await numbers(page), [6]);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.selectOption("#action", "added");
  assert.deepEqual(await numbers(page), [9]);
  await page.selectOption("#action", "*");
  await page.getByLabel("Dangers only").check();
  assert.deepEqual(await numbers(page), [1, 2, 3]);
  await page.selectOption("#cluster", "us-1");
  assert.deepEqual(await numbers(page), [1, 3]);
  await says(page, "2 of 11 changes, 2 of 5 dangers");
  assert.equal(await page.locator(".danger:visible").count(), 2);
});

on("demo", { title: "a root of Argo CD is in no ring and can be found so" }, async (page) => {
  await page.selectOption("#ring", "");
  assert.deepEqual(await numbers(page), [11]);
});

on("demo", { title: "the address keeps the view and brings it back" }, async (page) => {
  await page.fill("#q", "moodle & 100% <b>");
  await page.selectOption("#ring", "early");
  await page.selectOption("#kind", "Rollout");
  await page.getByLabel("Dangers only").check();
  const kept = await page.evaluate(() => location.hash);
  assert.equal(kept, "#q=moodle+%26+100%25+%3Cb%3E&ring=early&kind=Rollout&danger=1");
  await page.getByRole("button", { name: "Clear filters" }).click();
  assert.equal(await page.evaluate(() => location.href), address("demo"));
  await page.evaluate((hash) => { location.hash = hash; }, "#ring=early&kind=Rollout&q=memory");
  await says(page, "1 of 11 changes, 0 of 5 dangers");
  assert.equal(await page.inputValue("#q"), "memory");
});

on("demo", { title: "an address opens the page as it was left", hash: "q=memory&environment=production" }, async (page) => {
  assert.equal(await page.inputValue("#q"), "memory");
  assert.equal(await page.inputValue("#environment"), "production");
  assert.deepEqual(await numbers(page), [6]);
});

on("demo", { title: "an address that is nonsense shows everything", hash: "ring=nowhere&kind=%E0%A4%A&__proto__=1" }, async (page) => {
  assert.equal((await numbers(page)).length, 11);
  assert.equal(await page.inputValue("#ring"), "*");
});

on("demo", { title: "a link to a change opens it, though a filter hides it", hash: "kind=Deployment" }, async (page) => {
  assert.deepEqual(await numbers(page), [5]);
  await page.evaluate(() => { location.hash = "#change-2"; });
  await page.waitForFunction(() => document.querySelector("#change-2 > details").open);
  assert.equal(await view.focused(page), "change-2");
});
