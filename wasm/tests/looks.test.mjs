// Each widget in its sizes, colours and directions: pictures for people, and what a program can tell of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { inaccessible, open, PICTURES, start } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

export const WIDGETS = ["gradepreview", "graph", "order", "review", "timer"];
// A question that has been answered in part.
const QUERIES = { graph: "?kind=line&x0=-2&y0=0&x1=3&y1=2.5", order: "?place2=1&place5=2&indent5=1&place4=3&indent4=2" };
const PHONE = { viewport: { width: 360, height: 800 } };
const LOOKS = {
  light: {},
  dark: { scheme: "dark" },
  phone: PHONE,
  "phone-dark": { ...PHONE, scheme: "dark" },
  rtl: { direction: "rtl" },
  "phone-rtl": { ...PHONE, direction: "rtl" },
  "high-contrast": { forcedColors: "active" },
  "without-javascript": { javaScriptEnabled: false },
  "without-wasm": { policy: "refuse" },
};

// Elements of the widget that stick out of the window: what scrolls within a box of its own does not.
const stickingOut = () => [...document.querySelectorAll(".qw, .qw *")].filter((element) => {
  const { left, right } = element.getBoundingClientRect();
  return !element.parentElement.closest(".qw-scroll") && !element.closest(".qw-unseen") && (left < -1 || right > innerWidth + 1);
}).map((element) => element.outerHTML.slice(0, 80));

for (const widget of WIDGETS) {
  for (const [look, options] of Object.entries(LOOKS)) {
    test(`${widget}, ${look}: nothing sticks out, nothing keeps anybody out`, async () => {
      const { page, faults, engine, wanted, close } = await open(chromium, widget, { query: QUERIES[widget], ...options });
      assert.equal(engine, wanted);
      await page.screenshot({ path: join(PICTURES, `${widget}-${look}.png`), fullPage: true });
      if (options.javaScriptEnabled !== false) {
        assert.deepEqual(await page.evaluate(stickingOut), []);
        assert.deepEqual(await inaccessible(page), []);
      }
      assert.deepEqual(faults, []);
      await close();
    });
  }

  test(`${widget}: all words come from the server`, async () => {
    const { page, root, close } = await open(chromium, widget, { language: "xx" });
    const foreign = await root.evaluate((element) => {
      const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walk.nextNode()) if (/\p{L}{2}/u.test(walk.currentNode.data) && !walk.currentNode.parentElement.closest("tbody th, [data-text]")) found.push(walk.currentNode.data.trim());
      for (const labelled of element.querySelectorAll("[aria-label]")) found.push(labelled.ariaLabel);
      return found;
    });
    assert.ok(foreign.length > 0);
    assert.deepEqual(foreign.filter((text) => !/^⟦[^]*⟧$/.test(text)), []);
    await page.close();
    await close();
  });
}

test("the page around looks the same with the widgets' styles and without", async () => {
  const { page, close } = await open(chromium, "gradepreview");
  const looks = () => page.evaluate(() => [...document.querySelectorAll("nav, nav *, h1, body")].map((element) => JSON.stringify(Object.fromEntries([...getComputedStyle(element)].map((name) => [name, getComputedStyle(element)[name]])))));
  const rules = await page.evaluate(() => [...document.styleSheets].find((sheet) => sheet.href.includes("widgets.css")).cssRules.length);
  assert.ok(rules > 20);
  const withStyles = await looks();
  await page.evaluate(() => { for (const element of document.querySelectorAll(".qw")) element.style.display = "none"; });
  const hidden = await looks();
  await page.evaluate(() => { [...document.styleSheets].find((sheet) => sheet.href.includes("widgets.css")).disabled = true; });
  assert.deepEqual(await looks(), hidden);
  assert.equal(withStyles.length, hidden.length);
  await close();
});
