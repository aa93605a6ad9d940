// pdf.js and a document in it. Every file of it is known by its hash: `files` has address and integrity by name.

export async function open(url, files) {
  const [pdfjs, port] = await Promise.all([script(files["pdf.renderer.js"]), worker(files["pdf.worker.js"])]);
  const verbosity = pdfjs.VerbosityLevel.ERRORS;
  const task = pdfjs.getDocument({
    url,
    worker: new pdfjs.PDFWorker({ port, verbosity }),
    useWorkerFetch: false, // so that the page fetches, with the hash
    BinaryDataFactory: binaries(files),
    wasmUrl: new URL(".", absolute(files["pdf.worker.js"][0])).href,
    enableXfa: false,
    verbosity,
  });
  try {
    return { pdfjs, pdf: await task.promise };
  } catch (error) {
    task.destroy();
    port.terminate();
    throw error;
  }
}

const absolute = (address) => new URL(address, document.baseURI).href;

async function fetched([address, integrity]) {
  const answer = await fetch(address, { integrity, credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status} for ${address}`);
  return answer;
}

// A dynamic import knows no integrity, but a script element does; what it has loaded is then what the import gets.
async function script([address, integrity]) {
  const src = absolute(address);
  await new Promise((resolve, reject) => {
    const onerror = () => reject(new Error(`${src} cannot be loaded, or is not what was promised`));
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src, integrity, onload: resolve, onerror }));
  });
  return import(/* @vite-ignore */ src);
}

// A worker knows no integrity either: what the fetch has checked is what is started. So the policy on scripts has to allow blob:.
async function worker(file) {
  const code = URL.createObjectURL(new Blob([await (await fetched(file)).arrayBuffer()], { type: "text/javascript" }));
  const port = new Worker(code, { type: "module" });
  try {
    await new Promise((resolve, reject) => {
      port.addEventListener("message", resolve, { once: true });
      port.addEventListener("error", () => reject(new Error("the worker must not run here")), { once: true });
    });
  } finally {
    URL.revokeObjectURL(code);
  }
  return port;
}

// What pdf.js asks for by name: decoders of images, and the two fonts that no system has.
const binaries = (files) => class {
  async fetch({ filename }) {
    if (!files[filename]) throw new Error(`no ${filename} here`);
    return new Uint8Array(await (await fetched(files[filename])).arrayBuffer());
  }
};
