// Serves the pages with PHP's own server, opens them in Debian's Chromium, and notices whatever goes wrong in them.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const HERE = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PICTURES = join(HERE, "../../.build/widgets");
mkdirSync(PICTURES, { recursive: true });

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

async function answers(site, server) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (server.exitCode !== null) throw new Error(`php ended: ${server.exitCode}`);
    if (await fetch(`${site}/boot.js`).then((answer) => answer.ok, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("php does not answer");
}

// One browser and one server for a test file.
export async function start() {
  const port = await freePort();
  const site = `http://127.0.0.1:${port}`;
  const server = spawn("php", ["-d", "opcache.enable=0", "-S", `127.0.0.1:${port}`, "router.php"], { cwd: join(HERE, "site"), stdio: "ignore", env: { ...process.env, PHP_CLI_SERVER_WORKERS: "2" }, detached: true });
  const end = () => { try { process.kill(-server.pid); } catch { /* it has ended */ } };
  process.once("exit", end);
  process.once("SIGTERM", () => process.exit(1));
  await answers(site, server);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const stop = async () => {
    await browser.close();
    end();
  };
  return { site, browser, stop };
}

// What a page without WebAssembly says of it, and nothing else may be said.
const EXPECTED = { run: [], refuse: [/WebAssembly/], wrong: [/integrity/] };

// A page of a widget that has started. `engine` is what it has to run by: wasm, script, or none where JavaScript is off.
export async function open({ browser, site }, widget, { policy = "run", scheme = "light", direction = "ltr", language = "en", query = "", before, prepare, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: scheme, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  const expected = (text) => EXPECTED[policy].some((pattern) => pattern.test(text));
  page.on("console", (message) => { if (["error", "warning"].includes(message.type()) && !expected(message.text())) faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => { if (!request.url().replace(/^blob:/, "").startsWith(`${site}/`)) faults.push(`request: ${request.url()}`); });
  if (before) await page.addInitScript(before);
  if (prepare) await prepare(page);
  await page.goto(`${site}/${policy}/${scheme}/${direction}/${language}/${widget}${query}`);
  const root = page.locator(`#local-wasmwidgets-${widget}`);
  const engine = options.javaScriptEnabled === false ? null : policy === "run" ? "wasm" : "script";
  if (engine) await page.waitForFunction((id) => ["wasm", "script"].includes(document.getElementById(id).dataset.engine), `local-wasmwidgets-${widget}`);
  return { page, root, faults, engine: await root.getAttribute("data-engine"), wanted: engine, close: () => context.close() };
}

// What axe-core finds, as `rule: element`.
export async function inaccessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ""}`));
}

// The ways a page may have to work in: with WebAssembly, refused by the policy, and with another file than the one that was promised.
export const WAYS = ["run", "refuse", "wrong"];
