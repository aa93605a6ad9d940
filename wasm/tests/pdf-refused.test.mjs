// The PDF viewer where it must not, or cannot, show anything: the link stays.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { PICTURES, start } from "./browser.mjs";
import { at, button, colour, is, visit } from "./pdf.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const BROKEN = "This file cannot be shown here. Open it by its link.";
const LINK = "/pluginfile.php/5/mod_resource/content/1/";

async function stays({ page, root }, file, message) {
  await is(page, "failed");
  assert.equal(await page.getByRole("alert").textContent(), message);
  assert.equal(await root.locator(".qw-pdf-viewer").isVisible(), false);
  assert.equal(await page.getByRole("link", { name: file }).getAttribute("href"), LINK + file);
}

for (const [file, message] of [["broken.pdf", BROKEN], ["locked.pdf", "This file asks for a password. Open it by its link."]]) {
  test(`${file} stays a link, and the page says why`, async () => {
    const visited = await visit(chromium, file, { query: "" });
    await button(visited.page, "Show it here").click();
    await stays(visited, file, message);
    await visited.page.waitForFunction(() => document.activeElement.matches(".qw-pdf-file"));
    assert.deepEqual(visited.faults, []);
    await visited.close();
  });
}

test("a file that is not there stays a link", async () => {
  const visited = await visit(chromium, "missing.pdf");
  await stays(visited, "missing.pdf", BROKEN);
  assert.match(visited.faults.join(), /^console: Failed to load resource: [^,]*404[^,]*$/);
  await visited.close();
});

for (const name of ["pdf.renderer.js", "pdf.worker.js"]) {
  test(`${name} that is not what the server promised does not run`, async () => {
    const visited = await visit(chromium, "pages.pdf", { policy: "wrong", query: `&open&false=${name}` });
    await stays(visited, "pages.pdf", BROKEN);
    assert.ok(!visited.fetched.includes("pages.pdf"));
    assert.deepEqual(visited.faults, []);
    await visited.close();
  });
}

test("a decoder that is not what the server promised is not run: plain JavaScript decodes", async () => {
  const { page, fetched, faults, close } = await visit(chromium, "pages.pdf", { policy: "wrong", query: "&open&false=jbig2.wasm" });
  await at(page, 1);
  assert.deepEqual(await colour(page, 330 / 420, 525 / 595), [0, 0, 0]);
  assert.ok(fetched.includes("jbig2_nowasm_fallback.js"));
  assert.deepEqual(faults, []);
  await close();
});

// The page as it comes, with `change` of its headers and its text.
const changed = (change) => (page) => page.route("**/pdf?**", async (route) => {
  const response = await route.fetch();
  await route.fulfill({ response, ...change(response.headers(), await response.text()) });
});

test("a policy that allows no worker leaves the link", async () => {
  const without = (headers) => ({ headers: { ...headers, "content-security-policy": "script-src 'self'" } });
  const visited = await visit(chromium, "pages.pdf", { route: changed(without) });
  await stays(visited, "pages.pdf", BROKEN);
  assert.match(visited.faults.join(), /Content Security Policy/);
  await visited.close();
});

test("a file of another site is not opened", async () => {
  const elsewhere = (headers, body) => ({ headers, body: body.replaceAll('href="/pluginfile.php', 'href="http://127.0.0.1:9/pluginfile.php') });
  const { page, root, fetched, close } = await visit(chromium, "pages.pdf", { route: changed(elsewhere) });
  assert.equal(await root.getAttribute("data-viewer"), "closed");
  assert.equal(await button(page, "Show it here").isVisible(), false);
  assert.deepEqual(fetched.filter((name) => /^pdf\.(renderer|worker)|pages\.pdf/.test(name)), []);
  await close();
});

test("without JavaScript there are a link and the browser's own viewer", async () => {
  const { page, root, fetched, close } = await visit(chromium, "pages.pdf", { javaScriptEnabled: false });
  assert.equal(await page.getByRole("link", { name: "pages.pdf" }).getAttribute("href"), `${LINK}pages.pdf`);
  assert.equal(await root.locator("iframe").getAttribute("src"), `${LINK}pages.pdf`);
  assert.equal(await root.getByRole("toolbar").isVisible(), false);
  assert.equal(await button(page, "Show it here").isVisible(), false);
  assert.ok(!fetched.includes("pdf.renderer.js"));
  await page.screenshot({ path: join(PICTURES, "pdf-without-javascript.png"), fullPage: true });
  await close();
});
