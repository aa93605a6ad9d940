// The PDF viewer in its sizes, colours and directions: pictures for people, and what a program can tell of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { inaccessible, PICTURES, start } from "./browser.mjs";
import { at, is, visit } from "./pdf.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const PHONE = { viewport: { width: 360, height: 800 } };
const LOOKS = {
  light: {},
  dark: { scheme: "dark" },
  phone: PHONE,
  "phone-dark": { ...PHONE, scheme: "dark" },
  rtl: { direction: "rtl" },
  "phone-rtl": { ...PHONE, direction: "rtl" },
  "high-contrast": { forcedColors: "active" },
  "without-wasm": { policy: "refuse" },
  closed: { query: "" },
  broken: { file: "broken.pdf" },
  "broken-dark": { file: "broken.pdf", scheme: "dark" },
};

const stickingOut = () => [...document.querySelectorAll(".qw, .qw *")].filter((element) => {
  const { left, right } = element.getBoundingClientRect();
  return !element.parentElement.closest(".qw-pdf-view") && !element.closest(".qw-unseen") && (left < -1 || right > innerWidth + 1);
}).map((element) => element.outerHTML.slice(0, 80));

for (const [look, { file = "links.pdf", ...options }] of Object.entries(LOOKS)) {
  test(`${look}: nothing sticks out, nothing keeps anybody out`, async () => {
    const { page, faults, close } = await visit(chromium, file, options);
    if (file === "broken.pdf") await is(page, "failed");
    else if (options.query !== "") await at(page, 1);
    await page.screenshot({ path: join(PICTURES, `pdf-${look}.png`), fullPage: true });
    assert.deepEqual(await page.evaluate(stickingOut), []);
    assert.deepEqual(await inaccessible(page), []);
    assert.deepEqual(faults, []);
    await close();
  });
}

test("all words come from the server", async () => {
  const { page, root, close } = await visit(chromium, "links.pdf", { language: "xx" });
  await at(page, 1);
  const foreign = await root.evaluate((element) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [...element.querySelectorAll("[aria-label]")].map(({ ariaLabel }) => ariaLabel);
    while (walk.nextNode()) if (/[\p{L}\d]/u.test(walk.currentNode.data) && !walk.currentNode.parentElement.closest("[data-text], noscript")) found.push(walk.currentNode.data.trim());
    return found;
  });
  assert.ok(foreign.length > 12, foreign.join());
  assert.deepEqual(foreign.filter((text) => !/⟦[^]*⟧$/.test(text)), []);
  await close();
});
