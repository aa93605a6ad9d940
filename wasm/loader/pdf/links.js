// A page's links, as links of the browser over its picture. An address opens in a window of its own that knows nothing of this one; all else
// than a web or mail address, above all javascript:, is no link here.
const SAFE = ["http:", "https:", "mailto:"];

export async function links(state, page, viewport) {
  const layer = Object.assign(document.createElement("div"), { className: "qw-pdf-links" });
  const found = await page.getAnnotations({ intent: "display" }).catch(() => []);
  for (const annotation of found.filter(({ subtype }) => subtype === "Link")) {
    const link = outward(annotation, state.strings) ?? await inward(annotation, state);
    if (!link) continue;
    frame(link, annotation);
    layer.append(place(link, annotation.rect, viewport));
  }
  return layer;
}

const textOf = ({ overlaidText, contentsObj }) => overlaidText?.trim() || contentsObj?.str?.trim();

function outward(annotation, strings) {
  if (!annotation.url || !SAFE.includes(new URL(annotation.url).protocol)) return null;
  const link = Object.assign(document.createElement("a"), { href: annotation.url, target: "_blank", rel: "noopener noreferrer", title: annotation.url });
  link.ariaLabel = strings.pdfnewwindow.replace("{text}", () => textOf(annotation) || annotation.url);
  return link;
}

async function inward(annotation, state) {
  const number = annotation.dest ? await pageOf(annotation.dest, state.pdf) : null;
  if (!number) return null;
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const place = state.strings.pdfgoto.replace("{number}", number);
  button.ariaLabel = textOf(annotation) ? `${textOf(annotation)}: ${place}` : place;
  button.addEventListener("click", () => {
    state.acts.to(number);
    state.box.focus();
  });
  return button;
}

// A destination is a list that begins with a page, or the name of one; many PDFs name what is not there.
async function pageOf(destination, pdf) {
  try {
    const [page] = typeof destination === "string" ? await pdf.getDestination(destination) : destination;
    const index = Number.isInteger(page) ? page : await pdf.getPageIndex(page);
    return index < pdf.numPages ? index + 1 : null;
  } catch {
    return null;
  }
}

// As TeX and others have it drawn round a link.
function frame(link, { borderStyle, color }) {
  if (!(borderStyle?.width > 0)) return;
  link.classList.add("qw-pdf-framed");
  if (color) link.style.borderColor = `rgb(${[...color].join(" ")})`;
}

// In per cent of the page, so that it stays right at any zoom.
function place(link, [left, bottom, right, top], viewport) {
  const [[x1, y1], [x2, y2]] = [viewport.convertToViewportPoint(left, bottom), viewport.convertToViewportPoint(right, top)];
  const { width, height } = viewport;
  link.style.left = `${(Math.min(x1, x2) / width) * 100}%`;
  link.style.top = `${(Math.min(y1, y2) / height) * 100}%`;
  link.style.width = `${(Math.abs(x2 - x1) / width) * 100}%`;
  link.style.height = `${(Math.abs(y2 - y1) / height) * 100}%`;
  return link;
}
