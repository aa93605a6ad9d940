// The PDF viewer's page, opened and watched: what the tests of it share.
import { open } from "./browser.mjs";

export const button = (page, name) => page.getByRole("button", { name, exact: true });
export const at = (page, number) => page.waitForFunction((wanted) => document.querySelector(".qw-pdf").dataset.page === wanted, String(number));
export const is = (page, state) => page.waitForFunction((wanted) => document.querySelector(".qw-pdf").dataset.viewer === wanted, state);
export const says = (page, text) => page.waitForFunction((wanted) => document.querySelector("[role=status]").textContent === wanted, text);
export const zoomed = (page, text) => page.waitForFunction((wanted) => document.querySelector(".qw-pdf-zoom").textContent === wanted, text);
export const text = (page) => page.locator(".qw-pdf-text").textContent();

// A page with a document, and the names of the files that were fetched for it. Opened at once, unless `query` says otherwise.
export async function visit(chromium, file, { query = "&open", route, ...options } = {}) {
  const fetched = [];
  const listen = (context) => context.on("request", (request) => fetched.push(new URL(request.url()).pathname.split("/").pop()));
  const visited = await open(chromium, "pdf", { query: `?file=${file}${query}`, prepare: async (page) => { listen(page.context()); if (route) await route(page); }, ...options });
  return { ...visited, fetched };
}

// Red, green and blue of the page's picture, at parts of its width and height.
export const colour = (page, x, y) => page.locator(".qw-pdf-sheet canvas").evaluate((canvas, [right, down]) => {
  const place = [Math.round(canvas.width * right), Math.round(canvas.height * down)];
  return [...canvas.getContext("2d").getImageData(...place, 1, 1).data].slice(0, 3);
}, [x, y]);
