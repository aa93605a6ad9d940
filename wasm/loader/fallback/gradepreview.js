// The grade preview without WebAssembly: the server computes, the page stays.
import { region } from "../ask.js";

const PAUSE = 300;

export function gradepreview(root) {
  const form = root.querySelector("form");
  let waiting, turn = 0;
  const refresh = async () => {
    const own = (turn += 1);
    const fresh = await region(form, "results");
    if (fresh && own === turn) show(root, fresh);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE);
  });
}

// The status line stays the same element, for a screen reader tells only what changes in one that it knows.
function show(root, fresh) {
  root.querySelector("[role=status]").textContent = fresh.querySelector("[role=status]").textContent;
  root.querySelector(".qw-totals tbody").replaceWith(fresh.querySelector(".qw-totals tbody"));
}
