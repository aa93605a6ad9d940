// Keys of the page itself. Where it is wider than its box, the arrows move it as everywhere else.
const KEYS = { PageUp: "previous", PageDown: "next", Home: "first", End: "last", "+": "larger", "=": "larger", "-": "smaller", 0: "fit" };

export function keys(box, acts) {
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = KEYS[event.key] ?? sideways(box, event.key);
    if (!name) return;
    event.preventDefault();
    if (acts[name].can()) acts[name].run();
  });
}

function sideways(box, key) {
  if (!["ArrowLeft", "ArrowRight"].includes(key) || box.scrollWidth > box.clientWidth) return null;
  return (key === "ArrowRight") === isLeftToRight(box) ? "next" : "previous";
}

export const isLeftToRight = (element) => getComputedStyle(element).direction !== "rtl";
