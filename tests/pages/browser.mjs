// Opens the pages in Debian's Chromium, from the disk and with no network, and notices whatever goes wrong in them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

export const PAGES = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../.build/pages");
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const address = (name, hash = "") => `${pathToFileURL(join(PAGES, `${name}.html`))}${hash && `#${hash}`}`;

// One browser for a test file, with a new and empty profile.
export async function start() {
  const profile = mkdtempSync(join(tmpdir(), "quad-pages-"));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...FLAGS, `--disk-cache-dir=${profile}`] });
  return {
    browser,
    stop: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

// A page that is loaded. `faults` fills with console errors, refusals of the page's policy and requests for anything but the file.
export async function open(browser, name, { hash = "", ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const faults = [];
  const own = address(name);
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) faults.push(`console: ${message.text()}`); });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (request.url().split("#")[0] !== own) faults.push(`request: ${request.url()}`); });
  await page.addInitScript(() => {
    globalThis.refused = [];
    addEventListener("securitypolicyviolation", (event) => globalThis.refused.push(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  await page.goto(address(name, hash));
  return { page, faults, close: () => context.close() };
}

// What a person sees of the page.
export const view = {
  shown: (page) => page.locator(".card:visible").evaluateAll((cards) => cards.map((card) => card.id)),
  result: (page) => page.locator("#result"),
  focused: (page) => page.evaluate(() => document.activeElement.closest(".card")?.id ?? document.activeElement.id),
};
