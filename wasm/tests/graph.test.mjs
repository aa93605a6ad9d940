// Points on a grid, in all ways that it has to work in: what is sent is always the form, and the server grades it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, WAYS } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const RIGHT = [[1, 2], [-3, -1.5], [4, -4]];
const said = (page) => page.getByRole("status").textContent();
const typed = (page) => page.locator("[data-field]").evaluateAll((fields) => fields.map((field) => field.value));
const handle = (page, point) => page.getByRole("slider", { name: `Point ${point}`, exact: true });
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("aria-label"));

async function grade(page) {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.getByRole("button", { name: "Check" }).click()]);
  return page.locator("#grade").textContent();
}

// Where a point is on the screen.
async function screen(page, [x, y]) {
  await page.locator(".qw-plane").scrollIntoViewIfNeeded();
  const { left, top, width, height } = await page.locator(".qw-plane").evaluate((plane) => plane.getBoundingClientRect().toJSON());
  return [left + ((x + 5) / 10) * width, top + ((5 - y) / 10) * height];
}

async function drag(page, from, to) {
  await page.mouse.move(...await screen(page, from));
  await page.mouse.down();
  await page.mouse.move(...await screen(page, to), { steps: 4 });
  await page.mouse.up();
}

for (const way of WAYS) {
  const on = (title, body, query = "") => test(`${way}: ${title}`, async () => {
    const { page, root, faults, engine, wanted, close } = await open(chromium, "graph", { policy: way, query });
    assert.equal(engine, wanted);
    await body(page, root);
    assert.deepEqual(faults, []);
    await close();
  });

  on("points are pressed into place, snap to the grid, and are graded by what the form says", async (page) => {
    for (const [x, y] of RIGHT) await page.mouse.click(...await screen(page, [x + 0.1, y - 0.1]));
    assert.deepEqual(await typed(page), RIGHT.flat().map(String));
    assert.equal(await said(page), "Point 3 is at (4, -4).");
    assert.equal(await focused(page), "Point 3");
    assert.equal(await grade(page), "1");
  });

  on("a point is dragged, and stays on the grid", async (page) => {
    await drag(page, [1, 2], [2, 2.5]);
    assert.deepEqual((await typed(page)).slice(0, 2), ["2", "2.5"]);
    assert.equal(await said(page), "Point 1 is at (2, 2.5).");
    await drag(page, [2, 2.5], [9, -8]);
    assert.deepEqual((await typed(page)).slice(0, 2), ["5", "-5"]);
    await page.mouse.move(...await screen(page, [0, 0])); // it has been let go
    assert.deepEqual((await typed(page)).slice(0, 2), ["5", "-5"]);
  });

  on("the keyboard is enough, and says where a point is", async (page) => {
    await page.getByRole("button", { name: "Move point 2 on the grid" }).focus();
    await page.keyboard.press("Enter");
    assert.equal(await focused(page), "Point 2");
    assert.equal(await said(page), "Point 2 is at (0, 0).");
    for (const key of ["ArrowLeft", "Shift+ArrowLeft", "ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    assert.equal(await said(page), "Point 2 is at (-3, -1.5).");
    assert.equal(await handle(page, 2).getAttribute("aria-valuetext"), "(-3, -1.5)");
    for (const key of ["ArrowRight", "ArrowUp"]) await page.keyboard.press(key);
    assert.equal(await said(page), "Point 2 is at (-2.5, -1).");
    await page.getByRole("button", { name: "Move point 2 on the grid" }).click();
    assert.deepEqual(await typed(page), ["", "", "-2.5", "-1", "", ""]);
    assert.equal(await focused(page), "Point 2");
  });

  on("what is typed is drawn, and a field that is emptied takes the point away", async (page) => {
    await page.getByLabel("Point 1: x").fill("-3.03");
    assert.equal(await handle(page, 1).count(), 0);
    await page.getByLabel("Point 1: y").fill("-1.5");
    assert.equal(await handle(page, 1).getAttribute("aria-valuetext"), "(-3.03, -1.5)");
    assert.equal(await grade(page), "0.3333");
    await page.waitForFunction(() => document.querySelector(".qw").classList.contains("qw-live"));
    assert.equal(await handle(page, 1).count(), 1);
    await page.getByLabel("Point 1: x").fill("");
    assert.equal(await handle(page, 1).count(), 0);
  });

  on("a straight line is drawn from border to border", async (page) => {
    await page.mouse.click(...await screen(page, [0, 1]));
    assert.equal(await page.locator(".qw-through").getAttribute("x2"), null);
    await page.mouse.click(...await screen(page, [2, 2]));
    const ends = await page.locator(".qw-through").evaluate((line) => ["x1", "y1", "x2", "y2"].map((name) => Math.round(Number(line.getAttribute(name)))));
    assert.deepEqual(ends, [0, 65, 100, 15]);
    assert.equal(await grade(page), "1");
  }, "?kind=line");

  on("whoever saves the form hears of each change", async (page) => {
    await page.evaluate(() => {
      globalThis.heard = [];
      document.querySelector("form").addEventListener("change", (event) => globalThis.heard.push([event.target.name, event.target.value]));
    });
    await page.mouse.click(...await screen(page, [1, 1]));
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await page.evaluate(() => globalThis.heard), [["x0", "1"], ["x0", "1.5"]]);
  });
}

test("without JavaScript the points are typed, and drawn by the server", async () => {
  const { page, faults, close } = await open(chromium, "graph", { javaScriptEnabled: false });
  assert.equal(await page.getByRole("button", { name: "Move point 1 on the grid" }).isVisible(), false);
  for (const [index, [x, y]] of RIGHT.entries()) {
    await page.getByLabel(`Point ${index + 1}: x`).fill(`${x}`);
    await page.getByLabel(`Point ${index + 1}: y`).fill(`${y}`);
  }
  assert.equal(await page.locator(".qw-point:visible").count(), 0);
  assert.equal(await grade(page), "1");
  assert.equal(await page.locator(".qw-point:visible").count(), 3);
  assert.deepEqual(faults, []);
  await close();
});

test("a number is a field and a choice of units", async () => {
  const context = await chromium.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${chromium.site}/run/light/ltr/en/graph?kind=number`);
  await page.getByLabel("Number").fill("9.8");
  assert.equal(await grade(page), "0.5");
  await page.getByLabel("Unit").selectOption("m/s²");
  assert.equal(await grade(page), "1");
  await context.close();
});
