// The page in its sizes and colours: pictures for people, and what a program can tell of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { open, PAGES, start } from "./browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const SIZES = { desktop: { width: 1280, height: 1800 }, tablet: { width: 820, height: 1800 }, phone: { width: 360, height: 1800 } };
const opened = async (page) => {
  for (const number of [1, 4, 7]) await page.locator(`#change-${number} > details > summary`).click({ timeout: 5_000 }).catch(() => {});
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
};

for (const colorScheme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const name of ["demo", "hostile"]) {
      test(`${name}, ${size}, ${colorScheme}: nothing sticks out; pictures are taken`, async () => {
        const { page, faults, close } = await open(chromium.browser, name, { viewport, colorScheme, reducedMotion: "reduce" });
        await page.screenshot({ path: join(PAGES, `${name}-${size}-${colorScheme}.png`) });
        await page.keyboard.press("e");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(wide, 0);
        await page.keyboard.press("c");
        if (name === "demo") {
          await opened(page);
          await page.locator("#changes-title").scrollIntoViewIfNeeded();
          await page.evaluate(() => document.getElementById("changes-title").scrollIntoView());
          await page.screenshot({ path: join(PAGES, `${name}-${size}-${colorScheme}-changes.png`) });
        }
        assert.deepEqual(faults, []);
        await close();
      });
    }
  }
}

// axe-core is written into the page, which the page's policy refuses: here alone it is set aside.
for (const name of ["demo", "hostile", "nothing"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries({ desktop: SIZES.desktop, phone: SIZES.phone })) {
      test(`${name}, ${size}, ${colorScheme}: axe-core finds no barrier, closed, open, or with the keys shown`, async () => {
        const { page, close } = await open(chromium.browser, name, { viewport, colorScheme, bypassCSP: true, reducedMotion: "reduce" });
        await page.addStyleTag({ content: ".unit { content-visibility: visible !important; }" }); // axe judges what is drawn
        await page.evaluate(AXE);
        const barriers = () => page.evaluate(async () => {
          const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
          return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(" | ")}`);
        });
        assert.deepEqual(await barriers(), []);
        await page.evaluate(() => document.querySelectorAll("details").forEach((node) => { node.open = true; }));
        await page.waitForTimeout(100);
        assert.deepEqual(await barriers(), []);
        await page.keyboard.press("?");
        assert.deepEqual(await barriers(), []);
        await close();
      });
    }
  }
}

test("the page has its landmarks, one heading of the first rank, and names for its controls", async () => {
  const { page, close } = await open(chromium.browser, "demo");
  for (const role of ["banner", "search", "main", "contentinfo"]) assert.equal(await page.getByRole(role).count(), 1, role);
  assert.equal(await page.getByRole("heading", { level: 1 }).innerText(), "11 changes in 1,200 tenants");
  for (const label of ["Search", "Environment", "Ring", "Cluster", "Kind", "Action", "Dangers only"]) assert.equal(await page.getByLabel(label, { exact: true }).count(), 1, label);
  await close();
});

test("before and after differ by sign and element as well as by colour", async () => {
  const { page, close } = await open(chromium.browser, "demo");
  await page.locator("#change-6 > details > summary").click();
  const lines = await page.locator("#change-6 .diff > *").evaluateAll((nodes) => nodes.map((node) => [node.tagName, node.textContent.trim()]));
  assert.deepEqual(lines, [["DEL", "- 1Gi"], ["INS", "+ 1536Mi"]]);
  await close();
});

test("on paper what is shown is open, and closed again afterwards", async () => {
  const { page, close } = await open(chromium.browser, "demo", { hash: "kind=Rollout" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.locator(".group[open]").count(), 2);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator(".group[open]").count(), 0);
  await page.pdf({ path: join(PAGES, "demo.pdf") });
  await close();
});
