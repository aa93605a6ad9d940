// The AMD module local_wasmwidgets/widgets: finds a widget's element, and makes it answer by WebAssembly where it runs, else by plain JavaScript.
import { serverTime } from "./ask.js";
import { gradepreview } from "./fallback/gradepreview.js";
import { graph } from "./fallback/graph.js";
import { order } from "./fallback/order.js";
import { review } from "./fallback/review.js";
import { timer } from "./fallback/timer.js";
import { keepToPage } from "./form.js";
import { load } from "./pack.js";

const plain = { gradepreview, graph, order, review, timer };

// `id` of the widget's element, `address` of the WebAssembly, its `integrity` as in HTML. What it ran by is in data-engine afterwards.
export async function start(id, address, integrity) {
  const root = document.getElementById(id);
  if (!root || root.dataset.engine) return;
  root.dataset.engine = "starting";
  const name = root.dataset.widget;
  const props = { ...JSON.parse(root.dataset.props), serverTime };
  keepToPage(root);
  const pack = await load(address, integrity);
  if (pack) pack[`mount_${name}`](root, props);
  else plain[name](root, props);
  root.dataset.engine = pack ? "wasm" : "script";
  performance.mark(`local_wasmwidgets/${name}`);
}
