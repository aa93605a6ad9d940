// Everything can be reached and worked with the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, view } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const on = (name, title, body, options = {}) => test(title, async () => {
  const { page, faults, close } = await open(chromium.browser, name, options);
  await body(page);
  assert.deepEqual(faults, []);
  await close();
});
const press = async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); };
const isOpen = (page, number) => page.locator(`#change-${number} > details`).evaluate((node) => node.open);

on("demo", "j and k walk over the changes and stay on the page's ends", async (page) => {
  await press(page, "j");
  assert.equal(await view.focused(page), "change-1");
  await press(page, "j", "j", "k");
  assert.equal(await view.focused(page), "change-2");
  await press(page, "k", "k", "k");
  assert.equal(await view.focused(page), "change-1");
  await press(page, ...Array(15).fill("j"));
  assert.equal(await view.focused(page), "change-11");
});

on("demo", "on a change the arrows walk as well, elsewhere they scroll", async (page) => {
  await press(page, "j", "ArrowDown", "ArrowDown");
  assert.equal(await view.focused(page), "change-3");
  await press(page, "ArrowUp");
  assert.equal(await view.focused(page), "change-2");
  await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
  await press(page, "ArrowDown");
  assert.notEqual(await view.focused(page), "change-3");
});

on("demo", "what is walked to is in sight, below the bar of filters", async (page) => {
  for (const key of [...Array(10).fill("j"), ...Array(10).fill("k")]) {
    await press(page, key);
    const [card, bar] = await page.evaluate(() => [document.activeElement.closest(".card").getBoundingClientRect().top, document.querySelector("search").getBoundingClientRect().bottom]);
    assert.ok(card >= bar - 1 && card < 900, `${key}: the card is at ${card}, the bar ends at ${bar}`);
  }
});

on("demo", "the walk leaves out what the filters hide", async (page) => {
  await press(page, "j", "j");
  assert.equal(await view.focused(page), "change-5");
}, { hash: "q=image" });

on("demo", "Enter and Space open and close the change", async (page) => {
  await press(page, "j", "Enter");
  assert.equal(await isOpen(page, 1), true);
  await press(page, "Enter");
  assert.equal(await isOpen(page, 1), false);
  await press(page, "Space");
  assert.equal(await isOpen(page, 1), true);
});

on("demo", "/ goes to the search, where letters are letters and Escape empties it", async (page) => {
  await press(page, "/");
  assert.equal(await view.focused(page), "q");
  await page.keyboard.type("jke?c/");
  assert.equal(await page.inputValue("#q"), "jke?c/");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  await press(page, "Escape");
  assert.equal(await page.inputValue("#q"), "");
  assert.equal((await view.shown(page)).length, 11);
});

on("demo", "e and c open and close all that is shown", async (page) => {
  await press(page, "e");
  assert.equal(await page.locator(".group[open]").count(), 2);
  await press(page, "c");
  assert.equal(await page.locator(".group[open]").count(), 0);
}, { hash: "q=image" });

on("demo", "? shows the keys, Escape closes them and gives the focus back", async (page) => {
  await press(page, "j", "?");
  assert.equal(await page.getByRole("dialog", { name: "Keys" }).isVisible(), true);
  await press(page, "j");
  assert.equal(await page.evaluate(() => document.querySelector("dialog").contains(document.activeElement)), true);
  await press(page, "Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.equal(await view.focused(page), "change-1");
});

on("demo", "single keys can be switched off, as WCAG 2.1.4 asks", async (page) => {
  await press(page, "?");
  await page.getByLabel("Single keys work").uncheck();
  await press(page, "Escape");
  await page.waitForFunction(() => document.activeElement === document.body); // Chromium takes the focus from what is hidden when it next draws
  await press(page, "j", "/");
  assert.equal(await page.evaluate(() => document.activeElement.matches("summary, input")), false);
});

on("demo", "Tab goes first to the link past the header, then to every control", async (page) => {
  await press(page, "Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the changes");
  const box = await page.locator(".skip").boundingBox();
  assert.ok(box.x >= 0 && box.y >= 0);
  const visited = [];
  for (let at = 0; at < 11; at += 1) {
    await press(page, "Tab");
    visited.push(await page.evaluate(() => document.activeElement.id));
  }
  assert.deepEqual(visited, ["q", "environment", "ring", "cluster", "kind", "action", "danger", "clear", "expand", "collapse", "help"]);
});

on("demo", "the focus can be seen on everything that takes it", async (page) => {
  await press(page, "e");
  const unseen = [];
  for (let at = 0; at < 60; at += 1) {
    await press(page, "Tab");
    const seen = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return document.activeElement === document.body || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
    });
    if (!seen) unseen.push(await page.evaluate(() => document.activeElement.outerHTML.slice(0, 80)));
  }
  assert.deepEqual(unseen, []);
});

on("demo", "a long list of tenants scrolls by the keyboard", async (page) => {
  await page.locator("#change-4 > details > summary").click();
  await page.locator("#change-4 .members > summary").click();
  const list = page.locator("#change-4 .long").first();
  await list.focus();
  await page.waitForFunction(() => document.activeElement.scrollHeight > document.activeElement.clientHeight);
  await press(page, "End");
  await page.waitForFunction(() => document.activeElement.scrollTop > 0);
});
