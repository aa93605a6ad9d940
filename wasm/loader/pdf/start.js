// The AMD module local_wasmwidgets/pdf: a link to a PDF becomes a viewer as soon as somebody asks for it. What fails leaves the link.
import { open } from "./open.js";
import { view } from "./viewer.js";

// `id` of the widget's element. Whether it is closed, opening, open or failed is in data-viewer afterwards.
export function start(id) {
  const root = document.getElementById(id);
  if (!root || root.dataset.engine) return;
  root.dataset.engine = "script";
  root.dataset.viewer = "closed";
  const { href } = root.querySelector(".qw-pdf-file");
  if (new URL(href).origin !== location.origin) return;
  const props = JSON.parse(root.dataset.props);
  const button = root.querySelector(".qw-pdf-open");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await show(root, href, props);
    root.querySelector(root.dataset.viewer === "open" ? ".qw-pdf-view" : ".qw-pdf-file").focus();
  });
  if (props.open) show(root, href, props);
}

async function show(root, href, props) {
  if (!["closed", "failed"].includes(root.dataset.viewer)) return;
  root.dataset.viewer = "opening";
  say(root, props.strings.pdfopening, "");
  try {
    await view(root, await open(href, props.files), props.strings);
    root.querySelector(".qw-pdf-open").hidden = true;
    root.dataset.viewer = "open";
  } catch (error) {
    console.info(`local_wasmwidgets: the PDF stays a link: ${error.message}`);
    root.querySelector(".qw-pdf-viewer").hidden = true;
    root.dataset.viewer = "failed";
    say(root, "", error.name === "PasswordException" ? props.strings.pdflocked : props.strings.pdfbroken);
  }
}

function say(root, status, fault) {
  root.querySelector("[role=status]").textContent = status;
  root.querySelector("[role=alert]").textContent = fault;
}
