// What others wrote stays text, the page's policy holds, and the page asks nobody for anything.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, open, start } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

for (const name of ["demo", "hostile", "nothing"]) {
  test(`${name}: opens from the disk, asks for nothing, breaks no rule`, async () => {
    const { page, faults, close } = await open(chromium.browser, name);
    await page.keyboard.press("e");
    for (let more = true; more;) {
      const closed = page.locator("details:not([open]) > summary:visible").first();
      more = (await closed.count()) > 0;
      if (more) await closed.click();
    }
    await page.waitForTimeout(200);
    assert.deepEqual(faults, []);
    assert.deepEqual(await page.evaluate(() => globalThis.refused), []);
    assert.match(page.url(), /^file:/);
    await close();
  });
}

test("hostile texts make no element, run nothing and turn nothing round", async () => {
  const { page, close } = await open(chromium.browser, "hostile");
  assert.match(await page.title(), /^1 danger, 2 changes in 1 /);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator("script").count(), 1);
  const text = await page.locator("body").textContent();
  assert.ok(text.includes("<script>alert(1)</script>"));
  assert.ok(text.includes("\\u{202e}gpj.exe"));
  assert.ok(!/[\u0000-\u0008\u000b-\u001f\u202a-\u202e\u2066-\u2069]/.test(text));
  await close();
});

test("hostile texts can be searched, filtered and linked", async () => {
  const { page, faults, close } = await open(chromium.browser, "hostile");
  const values = await page.locator("#ring option").evaluateAll((options) => options.map((option) => option.value));
  await page.selectOption("#ring", values.at(-1));
  await page.fill("#q", "<script>alert(1)");
  const count = await page.locator(".card:visible").count();
  assert.equal(count, 1);
  const { page: again, faults: others, close: end } = await open(chromium.browser, "hostile", { hash: new URL(page.url()).hash.slice(1) });
  assert.equal(await again.locator(".card:visible").count(), 1);
  assert.equal(await again.inputValue("#q"), "<script>alert(1)");
  assert.deepEqual([...faults, ...others], []);
  await end();
  await close();
});

test("the policy refuses a script, a style, an image and a request that the page did not bring", async () => {
  const { page, close } = await open(chromium.browser, "demo");
  const refused = await page.evaluate(async () => {
    const add = (tag, fill) => document.body.appendChild(Object.assign(document.createElement(tag), fill));
    add("script", { textContent: "globalThis.ran = true" });
    add("style", { textContent: "body { display: none }" });
    add("img", { src: "data:image/png;base64,AAAA" });
    const bait = add("button", {});
    bait.setAttribute("onclick", "globalThis.ran = true");
    bait.click();
    await fetch("data:text/plain,x").catch(() => {});
    await new Promise((done) => { setTimeout(done, 200); });
    return { kinds: [...new Set(globalThis.refused.map((line) => line.split(":")[0]))].sort(), ran: globalThis.ran ?? false };
  });
  assert.deepEqual(refused, { kinds: ["connect-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"], ran: false });
  await close();
});

test("without a script everything can be read and nothing is offered that would not work", async () => {
  const { page, close } = await open(chromium.browser, "demo", { javaScriptEnabled: false });
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.equal(await page.locator(".card").count(), 11);
  await page.locator("#change-6 > details > summary").click();
  assert.equal(await page.locator("#change-6 .diff").innerText(), "- 1Gi\n+ 1536Mi");
  await page.locator("#change-6 .members > summary").click();
  assert.equal(await page.locator("#change-6 .names").first().isVisible(), true);
  await page.locator("#change-5 > details > summary").click();
  await page.locator("#change-5 .members > summary").click();
  await page.locator("#change-5 .same a").click();
  assert.equal(page.url(), address("demo", "change-4"));
  await close();
});
