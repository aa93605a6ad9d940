// Lines put into order, in all ways that it has to work in: what is sent is always the form, and the server grades it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, WAYS } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const RIGHT = ["def fact(n):", "if n < 2:", "return 1", "rest = fact(n - 1)", "return n * rest"];
const DEPTHS = [0, 1, 2, 1, 1];
const program = (page) => page.locator(".qw-program code").allTextContents();
const said = (page) => page.getByRole("status").textContent();
const button = (page, name, line) => page.getByRole("button", { name: `${name}: ${line}`, exact: true });

async function grade(page) {
  await Promise.all([page.waitForEvent("domcontentloaded"), page.getByRole("button", { name: "Check" }).click()]);
  return page.locator("#grade").textContent();
}

for (const way of WAYS) {
  const on = (title, body, query = "") => test(`${way}: ${title}`, async () => {
    const { page, root, faults, engine, wanted, close } = await open(chromium, "order", { policy: way, query });
    assert.equal(engine, wanted);
    await body(page, root);
    assert.deepEqual(faults, []);
    await close();
  });

  on("the program is clicked together, and graded by what the form says", async (page) => {
    for (const line of RIGHT) await button(page, "Add to the program", line).click();
    assert.deepEqual(await program(page), RIGHT);
    assert.equal(await said(page), "Place 5 of 5, indentation 0: return n * rest");
    for (const [index, depth] of DEPTHS.entries()) for (let times = 0; times < depth; times += 1) await button(page, "Indent", RIGHT[index]).click();
    assert.equal(await said(page), "Place 5 of 5, indentation 1: return n * rest");
    assert.equal(await grade(page), "1");
  });

  on("lines move, come back to what the server has kept, and a line that does not belong costs its part", async (page) => {
    for (const line of [...RIGHT, 'return n + rest & "<b>"']) await button(page, "Add to the program", line).click();
    await button(page, "Move up", RIGHT[4]).click();
    assert.equal(await said(page), `Place 4 of 6: ${RIGHT[4]}`);
    await button(page, "Move down", RIGHT[0]).click();
    assert.equal(await grade(page), "0.4"); // a chain of three, less one
    await page.waitForFunction(() => document.querySelector(".qw").classList.contains("qw-live"));
    assert.deepEqual(await program(page), [RIGHT[1], RIGHT[0], RIGHT[2], RIGHT[4], RIGHT[3], 'return n + rest & "<b>"']);
    await button(page, "Take out", 'return n + rest & "<b>"').click();
    assert.equal(await said(page), 'Not in the program: return n + rest & "<b>"');
    assert.equal(await grade(page), "0.6");
  }, "?plain=1");

  on("the keyboard is enough, and the focus goes along", async (page) => {
    await button(page, "Add to the program", RIGHT[1]).focus();
    await page.keyboard.press("Enter");
    const focused = () => page.evaluate(() => document.activeElement.ariaLabel);
    assert.equal(await focused(), `Move up: ${RIGHT[1]}`);
    await button(page, "Add to the program", RIGHT[0]).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowUp");
    assert.deepEqual(await program(page), [RIGHT[0], RIGHT[1]]);
    assert.equal(await focused(), `Move up: ${RIGHT[0]}`);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.equal(await said(page), `Place 2 of 2, indentation 1: ${RIGHT[0]}`);
    await page.keyboard.press("ArrowLeft");
    assert.equal(await said(page), `Place 2 of 2, indentation 0: ${RIGHT[0]}`);
    await button(page, "Take out", RIGHT[0]).focus();
    await page.keyboard.press("Enter");
    assert.equal(await focused(), `Add to the program: ${RIGHT[0]}`);
    assert.deepEqual(await program(page), [RIGHT[1]]);
  });

  on("whoever saves the form hears of each change, and of nothing that changes nothing", async (page) => {
    await page.evaluate(() => {
      globalThis.heard = [];
      document.querySelector("form").addEventListener("change", (event) => globalThis.heard.push([event.target.name, event.target.value]));
    });
    await button(page, "Add to the program", RIGHT[0]).click();
    await button(page, "Move up", RIGHT[0]).click();
    await button(page, "Take out", RIGHT[0]).click();
    assert.deepEqual(await page.evaluate(() => globalThis.heard), [["place2", "1"], ["place2", ""]]);
  });

  on("nothing changes by starting", async (page) => {
    assert.deepEqual(await program(page), []);
    assert.equal(await grade(page), "0");
    assert.deepEqual([...new URL(page.url()).searchParams].filter(([name, value]) => name.startsWith("place") && value), []);
  });
}

test("without JavaScript the lines are numbered", async () => {
  const { page, faults, close } = await open(chromium, "order", { javaScriptEnabled: false });
  assert.equal(await page.getByRole("button").filter({ hasText: "↑" }).count(), 0);
  assert.match(await page.locator(".qw-help").first().textContent(), /^Number the lines/);
  for (const [index, line] of RIGHT.entries()) {
    await page.getByLabel(`Place: ${line}`, { exact: true }).fill(`${index + 1}`);
    await page.getByLabel(`Indentation: ${line}`, { exact: true }).fill(`${DEPTHS[index]}`);
  }
  assert.equal(await grade(page), "1");
  assert.equal(await page.getByLabel(`Place: ${RIGHT[3]}`, { exact: true }).inputValue(), "4");
  assert.deepEqual(faults, []);
  await close();
});
