// The quiz timer, in all ways that it has to work in, with a machine that sleeps and clocks that are set.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, WAYS } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

// Both clocks of the browser, which `globalThis.wall` and `globalThis.monotonic` move; in milliseconds.
const clocks = () => {
  const [now, monotonic] = [Date.now.bind(Date), performance.now.bind(performance)];
  Object.assign(globalThis, { wall: 0, monotonic: 0 });
  Date.now = () => now() + globalThis.wall;
  performance.now = () => monotonic() + globalThis.monotonic;
};
const move = (page, wall, monotonic) => page.evaluate(([by, both]) => { globalThis.wall += by; globalThis.monotonic += both; }, [wall, monotonic]);
const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
const left = async (root) => seconds((await root.getByRole("timer").textContent()).trim());
const said = (page) => page.getByRole("status").textContent();
const says = (page, text) => page.waitForFunction((wanted) => document.querySelector("[role=status]").textContent === wanted, text);
const clock = (page, state) => page.waitForFunction((wanted) => document.querySelector(".qw").dataset.clock === wanted, state);
const certain = (page) => clock(page, "server");
const unsure = (page) => clock(page, "estimate");
// What a server says that knows nothing of the time.
const silent = (route) => route.fulfill({ json: {} });
// `about` seconds, less those since the page was made by the clock of the site, which is five minutes behind this machine's. The page may
// have been kept waiting for a minute.
async function isAbout(root, about) {
  const found = await left(root);
  const { now } = JSON.parse(await root.getAttribute("data-props"));
  const due = about - (Date.now() - 300_000 - now) / 1_000;
  assert.ok(Math.abs(found - due) < 60, `${found} s left, not about ${due}`);
}

for (const way of WAYS) {
  const on = (title, query, body) => test(`${way}: ${title}`, async () => {
    const { page, root, faults, engine, wanted, close } = await open(chromium, "timer", { policy: way, query, before: clocks });
    assert.equal(engine, wanted);
    await certain(page);
    await body(page, root);
    assert.deepEqual(faults, []);
    await close();
  });

  on("the time left goes down by the server's clock, and a threshold is said", "?left=1803", async (page, root) => {
    await says(page, "30 minutes left");
    const first = await left(root);
    await isAbout(root, 1803);
    await page.waitForFunction((text) => document.querySelector(".qw-left").textContent.trim() !== text, await root.getByRole("timer").textContent());
    assert.ok(await left(root) < first);
  });

  on("after a sleep the time is an estimate until the server has answered", "?left=1790", async (page, root) => {
    // Twenty minutes in which the monotonic clock stood still. The server of this test did not sleep, and so corrects the estimate.
    await page.route("**/clock?**", silent);
    await move(page, 1_200_000, 0);
    await unsure(page);
    await isAbout(root, 590);
    await page.waitForFunction(() => /estimate/.test(document.querySelector(".qw-unsure").textContent));
    assert.equal(await said(page), "");
    await page.unroute("**/clock?**");
    await move(page, 6_000, 6_000);
    await certain(page);
    await isAbout(root, 1790);
    assert.equal(await page.locator(".qw-unsure").textContent(), "");
  });

  on("of all the thresholds that time has passed the last alone is said", "?left=1790", async (page, root) => {
    await page.route("**/clock?**", silent);
    await move(page, 1_300_000, 1_300_000);
    await says(page, "10 minutes left");
    await isAbout(root, 490);
  });

  on("a wall clock that is set back gives no time", "?left=290", async (page, root) => {
    await page.route("**/clock?**", silent);
    await move(page, -3_600_000, 0);
    await unsure(page);
    await isAbout(root, 290);
  });

  on("a deadline that a teacher has moved is taken over", "?left=120&moved=4000", async (page, root) => {
    await page.waitForFunction(() => /^1:0/.test(document.querySelector(".qw-left").textContent.trim()));
    await isAbout(root, 4_000);
  });

  on("the end is said", "?left=2", async (page, root) => {
    await says(page, "Time is up");
    assert.equal(await left(root), 0);
  });

  on("the digits can be hidden, by the keyboard too", "", async (page, root) => {
    await page.getByRole("button", { name: "Hide time left" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Show time left" }).waitFor();
    assert.equal(await root.locator(".qw-left span").isVisible(), false);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Hide time left" }).waitFor();
    assert.equal(await root.locator(".qw-left span").isVisible(), true);
  });
}

test("without JavaScript the page says when the attempt ends, and how much was left", async () => {
  const { page, root, close } = await open(chromium, "timer", { javaScriptEnabled: false });
  assert.equal(await root.getByRole("timer").textContent(), "0:30:05");
  assert.match(await root.textContent(), /The attempt ends at \d\d:\d\d\./);
  assert.equal(await page.getByRole("button", { name: /time left/ }).isVisible(), false);
  await close();
});
