// The viewer: one page at a time, as a picture with its text and its links over it.
import { links } from "./links.js";
import { keys } from "./keys.js";
import { tools } from "./toolbar.js";

const STEPS = [0.5, 0.67, 0.75, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];
const POINT = 96 / 72;
const MOST_PIXELS = 2 ** 24; // what the smallest browsers allow a canvas

export async function view(root, { pdfjs, pdf }, strings) {
  const part = (name) => root.querySelector(`.qw-pdf-${name}`);
  const state = { root, pdfjs, pdf, strings, box: part("view"), sheet: part("sheet"), number: 1, zoom: null, shown: 1, turn: 0 };
  const acts = actions(state);
  state.acts = acts;
  state.refresh = tools(root, state, acts);
  keys(state.box, acts);
  part("viewer").hidden = false;
  await redraw(state);
  announce(state);
  watch(state);
}

// What buttons and keys can do, and whether they can do it now.
function actions(state) {
  const last = state.pdf.numPages;
  const to = (number) => turn(state, Math.min(Math.max(number, 1), last));
  const above = () => STEPS.find((step) => step > state.shown + 0.005);
  const below = () => STEPS.findLast((step) => step < state.shown - 0.005);
  return {
    to,
    previous: { run: () => to(state.number - 1), can: () => state.number > 1 },
    next: { run: () => to(state.number + 1), can: () => state.number < last },
    first: { run: () => to(1), can: () => state.number > 1 },
    last: { run: () => to(last), can: () => state.number < last },
    smaller: { run: () => zoom(state, below()), can: () => below() !== undefined },
    larger: { run: () => zoom(state, above()), can: () => above() !== undefined },
    fit: { run: () => zoom(state, null), can: () => true },
  };
}

async function turn(state, number) {
  if (number === state.number) return;
  state.number = number;
  announce(state);
  await redraw(state);
  state.box.scrollTo(0, 0);
}

async function zoom(state, factor) {
  state.zoom = factor;
  state.shown = factor ?? state.shown;
  state.refresh();
  await redraw(state);
  say(state, state.strings.pdfzoomed.replace("{percent}", Math.round(state.shown * 100)));
}

const announce = (state) => say(state, state.strings.pdfpage.replace("{number}", state.number).replace("{all}", state.pdf.numPages));
const say = (state, text) => { state.root.querySelector("[role=status]").textContent = text; };

// A page that cannot be drawn says so in its place; the others can still be turned to.
async function redraw(state) {
  const fault = state.root.querySelector("[role=alert]");
  try {
    fault.textContent = "";
    await draw(state);
  } catch (error) {
    console.info(`local_wasmwidgets: page ${state.number}: ${error.message}`);
    state.sheet.replaceChildren();
    fault.textContent = state.strings.pdfbadpage;
    state.refresh();
  }
}

// Only the last call draws: who turns pages fast does not wait for all of them.
async function draw(state) {
  const own = (state.turn += 1);
  state.task?.cancel();
  const page = await state.pdf.getPage(state.number);
  if (own !== state.turn) return;
  const scale = (state.zoom ?? fitting(state, page)) * POINT;
  const viewport = page.getViewport({ scale });
  state.shown = scale / POINT;
  state.refresh();
  const layers = await Promise.all([picture(state, page, viewport), text(state, page, viewport), links(state, page, viewport)]);
  if (own !== state.turn || !layers[0]) return;
  state.sheet.style.setProperty("--total-scale-factor", scale);
  state.sheet.style.inlineSize = `${Math.floor(viewport.width)}px`;
  state.sheet.style.blockSize = `${Math.floor(viewport.height)}px`;
  state.sheet.replaceChildren(...layers);
  state.root.dataset.page = state.number;
}

const fitting = (state, page) => Math.max(state.box.clientWidth - 2, 100) / (page.getViewport({ scale: 1 }).width * POINT);

// As sharp as the screen is, as far as a canvas may be that large. Null where another page has been asked for meanwhile.
async function picture(state, page, viewport) {
  const size = viewport.width * viewport.height;
  const density = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / size));
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  canvas.setAttribute("aria-hidden", "true");
  state.density = devicePixelRatio;
  state.task = page.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] });
  try {
    await state.task.promise;
    return canvas;
  } catch (error) {
    if (error instanceof state.pdfjs.RenderingCancelledException) return null;
    throw error;
  }
}

async function text(state, page, viewport) {
  const container = Object.assign(document.createElement("div"), { className: "qw-pdf-text" });
  await new state.pdfjs.TextLayer({ textContentSource: page.streamTextContent(), container, viewport }).render();
  return container;
}

// The page follows the width it has, and the screen that it is on.
function watch(state) {
  let width = state.box.clientWidth;
  const changed = () => {
    const fits = state.zoom === null && state.box.clientWidth !== width;
    width = state.box.clientWidth;
    if (width > 0 && (fits || state.density !== devicePixelRatio)) redraw(state);
  };
  new ResizeObserver(changed).observe(state.box);
  addEventListener("resize", changed);
}
