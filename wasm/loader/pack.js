// The pack, loaded once for all widgets of a page.
import init, * as mounts from "pack/widgets.js";

const loading = new Map();

// The mounts, or null where WebAssembly must not run, cannot be fetched, or is not what the server has said it is.
export function load(address, integrity) {
  if (!loading.has(address)) loading.set(address, run(address, integrity));
  return loading.get(address);
}

async function run(address, integrity) {
  try {
    const answer = await fetch(address, { integrity, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    await init({ module_or_path: answer });
    return mounts;
  } catch (error) {
    console.info(`local_wasmwidgets: plain JavaScript, as WebAssembly does not run here: ${error.message}`);
    return null;
  }
}
