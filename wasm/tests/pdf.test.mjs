// The PDF viewer, in all ways that it has to work in. Without WebAssembly it is pdf.js's plain JavaScript that decodes images.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./browser.mjs";
import { at, button, colour, is, says, text, visit, zoomed } from "./pdf.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const on = (title, file, options, body) => test(title, async () => {
  const visited = await visit(chromium, file, options);
  await body(visited);
  assert.deepEqual(visited.faults, []);
  await visited.close();
});

const DECODERS = { run: "jbig2.wasm", refuse: "jbig2_nowasm_fallback.js" };
for (const [policy, decoder] of Object.entries(DECODERS)) {
  on(`${policy}: a PDF is opened when asked for, and read page by page`, "pages.pdf", { policy, query: "" }, async ({ page, root, fetched }) => {
    assert.equal(await root.getAttribute("data-viewer"), "closed");
    assert.deepEqual(fetched.filter((name) => /^pdf\.(renderer|worker)|pages\.pdf/.test(name)), []);
    await button(page, "Show it here").click();
    await is(page, "open");
    await says(page, "Page 1 of 3");
    assert.match(await text(page), /Chapter 1.*The quick brown fox/);
    assert.deepEqual(await colour(page, 70 / 420, 455 / 595), [15, 92, 181]);
    assert.deepEqual(await colour(page, 150 / 420, 455 / 595), [255, 255, 255]);
    assert.deepEqual(await colour(page, 330 / 420, 525 / 595), [0, 0, 0], "the image");
    assert.ok(fetched.includes(decoder), fetched.join(" "));
    assert.ok(await page.evaluate(() => document.activeElement.matches(".qw-pdf-view")));

    await button(page, "Next page").click();
    await at(page, 2);
    await says(page, "Page 2 of 3");
    assert.match(await text(page), /Chapter 2/);
    assert.deepEqual(await colour(page, 110 / 420, 455 / 595), [15, 92, 181]);
    await button(page, "Previous page").click();
    await at(page, 1);
  });

  on(`${policy}: pages by their number, and zoom`, "pages.pdf", { policy }, async ({ page, root }) => {
    await at(page, 1);
    const number = page.getByRole("textbox", { name: "Page number" });
    for (const [typed, then] of [["3", "3"], ["99", "3"], ["x", "3"], ["-5", "1"]]) {
      await number.fill(typed);
      await number.press("Enter");
      await at(page, then);
      assert.equal(await number.inputValue(), then);
    }
    assert.equal(await button(page, "Previous page").getAttribute("aria-disabled"), "true");
    const fit = button(page, "Fit width");
    assert.equal(await fit.getAttribute("aria-pressed"), "true");
    const width = () => root.locator(".qw-pdf-sheet").evaluate((sheet) => sheet.clientWidth);
    const whole = await width();
    await number.fill("2");
    await number.press("Enter");
    await at(page, 2);
    await button(page, "Zoom out").click();
    await page.waitForFunction((before) => document.querySelector(".qw-pdf-sheet").clientWidth < before, whole);
    assert.equal(await fit.getAttribute("aria-pressed"), "false");
    await fit.click();
    await page.waitForFunction((before) => document.querySelector(".qw-pdf-sheet").clientWidth === before, whole);
    while (await button(page, "Zoom in").getAttribute("aria-disabled") === "false") await button(page, "Zoom in").click();
    await zoomed(page, "400%");
    await says(page, "Zoom 400 per cent");
    await page.waitForFunction(() => document.querySelector(".qw-pdf-sheet").clientWidth === Math.floor(420 * 4 * 96 / 72));
  });
}

on("the keyboard turns and zooms", "pages.pdf", {}, async ({ page, root }) => {
  await at(page, 1);
  await root.locator(".qw-pdf-view").focus();
  for (const [key, number] of [["PageDown", 2], ["ArrowRight", 3], ["ArrowRight", 3], ["ArrowLeft", 2], ["PageUp", 1], ["End", 3], ["Home", 1]]) {
    await page.keyboard.press(key);
    await at(page, number);
  }
  const before = await root.locator(".qw-pdf-zoom").textContent();
  await page.keyboard.press("-");
  await page.waitForFunction((text) => document.querySelector(".qw-pdf-zoom").textContent !== text, before);
  await page.keyboard.press("+");
  await page.keyboard.press("0");
  await zoomed(page, before);
});

on("where one reads from the right, the left arrow goes on", "pages.pdf", { direction: "rtl" }, async ({ page, root }) => {
  await at(page, 1);
  await root.locator(".qw-pdf-view").focus();
  await page.keyboard.press("ArrowLeft");
  await at(page, 2);
  await page.keyboard.press("ArrowRight");
  await at(page, 1);
});

on("the toolbar is one stop of Tab, and keeps the focus at the last page", "pages.pdf", {}, async ({ page }) => {
  await at(page, 1);
  const focused = () => page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.className);
  await page.locator(".qw-pdf-file").focus();
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "Previous page");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Next page");
  for (const number of [2, 3, 3]) {
    await page.keyboard.press("Enter");
    await at(page, number);
  }
  assert.equal(await focused(), "Next page");
  await page.keyboard.press("Tab");
  assert.match(await focused(), /^Page/);
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(), "Next page");
});

on("text is selected where it is seen", "pages.pdf", {}, async ({ page }) => {
  await at(page, 1);
  const box = await page.locator(".qw-pdf-sheet").boundingBox();
  const line = [box.x + (box.width * 60) / 420, box.y + (box.height * 132) / 595];
  await page.mouse.click(...line, { clickCount: 3 });
  assert.match(await page.evaluate(() => getSelection().toString()), /The quick brown fox jumps over the lazy dog\./);
});

on("a screen of twice the density gets twice the pixels", "pages.pdf", { deviceScaleFactor: 2 }, async ({ page }) => {
  await at(page, 1);
  const [pixels, width] = await page.locator(".qw-pdf-sheet canvas").evaluate((canvas) => [canvas.width, canvas.clientWidth]);
  assert.ok(Math.abs(pixels - 2 * width) <= 2, `${pixels} for ${width}`);
});

on("who turns fast lands on the page that was asked for last", "hundred.pdf", {}, async ({ page, root }) => {
  await at(page, 1);
  await root.locator(".qw-pdf-view").focus();
  for (let turns = 0; turns < 30; turns += 1) await page.keyboard.press("PageDown");
  await at(page, 31);
  assert.match(await text(page), /Chapter 31T/);
});

test("a page that was slow is not drawn over the one that was asked for since", async () => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  const hold = (page) => page.route("**/jbig2.wasm?**", async (route) => { await held; await route.continue(); });
  const { page, faults, fetched, close } = await visit(chromium, "pages.pdf", { route: hold });
  await page.waitForFunction(() => /of 3/.test(document.querySelector(".qw-pdf-of").textContent));
  while (!fetched.includes("jbig2.wasm")) await page.waitForTimeout(20);
  await button(page, "Next page").click();
  await at(page, 2);
  release();
  await is(page, "open");
  assert.match(await text(page), /Chapter 2/);
  assert.deepEqual(faults, []);
  await close();
});

on("where a page is wider than its box, the arrows move it", "pages.pdf", {}, async ({ page, root }) => {
  await at(page, 1);
  while (await button(page, "Zoom in").getAttribute("aria-disabled") === "false") await button(page, "Zoom in").click();
  await page.waitForFunction(() => document.querySelector(".qw-pdf-view").scrollWidth > document.querySelector(".qw-pdf-view").clientWidth);
  await root.locator(".qw-pdf-view").focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".qw-pdf-view").scrollLeft > 0);
  assert.equal(await page.getByRole("textbox", { name: "Page number" }).inputValue(), "1");
});

on("links: web and mail open elsewhere, others within the document; scripts are none and never run", "links.pdf", {}, async ({ page }) => {
  await at(page, 1);
  const found = await page.locator(".qw-pdf-links a").evaluateAll((all) => all.map(({ href, rel, target }) => [href, rel, target]));
  assert.deepEqual(found, ["https://example.org/safe", "mailto:teacher@example.org"].map((href) => [href, "noopener noreferrer", "_blank"]));
  assert.equal(await page.evaluate(() => document.documentElement.innerHTML.includes("javascript:")), false);
  assert.equal(await page.locator(".qw-pdf-links button").count(), 1);
  await page.locator(".qw-pdf-links button").click();
  await at(page, 3);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
});

on("a page that is none says so, and the others can be read", "badpage.pdf", {}, async ({ page }) => {
  await at(page, 1);
  await button(page, "Next page").click();
  await page.getByRole("alert").getByText("This page cannot be shown. Open the file by its link.").waitFor();
  assert.equal(await page.locator(".qw-pdf-sheet canvas").count(), 0);
  await button(page, "Next page").click();
  await at(page, 3);
  assert.equal(await page.getByRole("alert").textContent(), "");
});
