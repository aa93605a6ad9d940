// The toolbar: one stop of the Tab key, and the arrows go from control to control. What cannot be done now stays in reach (aria-disabled),
// for a button that vanishes under the focus leaves a keyboard nowhere.
import { isLeftToRight } from "./keys.js";

// Gives a function that shows the state.
export function tools(root, state, acts) {
  const bar = root.querySelector("[role=toolbar]");
  const input = bar.querySelector("input");
  const buttons = [...bar.querySelectorAll("[data-act]")];
  for (const button of buttons) button.addEventListener("click", () => { if (acts[button.dataset.act].can()) acts[button.dataset.act].run(); });
  input.addEventListener("change", () => enter(input, state, acts));
  rove(bar, [...bar.querySelectorAll("button, input")]);
  bar.querySelector(".qw-pdf-of").textContent = state.strings.pdfof.replace("{all}", state.pdf.numPages);
  return () => refresh(bar, input, buttons, state, acts);
}

// What is no number leaves the page as it is.
function enter(input, state, acts) {
  const number = Number.parseInt(input.value, 10);
  if (Number.isInteger(number)) acts.to(number);
  input.value = state.number;
}

function refresh(bar, input, buttons, state, acts) {
  input.value = state.number;
  bar.querySelector(".qw-pdf-zoom").textContent = state.strings.pdfpercent.replace("{percent}", Math.round(state.shown * 100));
  for (const button of buttons) button.setAttribute("aria-disabled", String(!acts[button.dataset.act].can()));
  bar.querySelector("[data-act=fit]").setAttribute("aria-pressed", String(state.zoom === null));
}

function rove(bar, controls) {
  const stop = (at) => { for (const [place, control] of controls.entries()) control.tabIndex = place === at ? 0 : -1; };
  stop(0);
  bar.addEventListener("focusin", (event) => { if (controls.includes(event.target)) stop(controls.indexOf(event.target)); });
  bar.addEventListener("keydown", (event) => {
    const step = stepOf(event, bar);
    if (!step || (event.target.matches("input") && !isAtEdge(event.target, event.key))) return;
    event.preventDefault();
    controls[(controls.indexOf(event.target) + step + controls.length) % controls.length].focus();
  });
}

function stepOf({ key, ctrlKey, metaKey, altKey }, bar) {
  if (!["ArrowLeft", "ArrowRight"].includes(key) || ctrlKey || metaKey || altKey) return 0;
  return (key === "ArrowRight") === isLeftToRight(bar) ? 1 : -1;
}

// Within the number the arrows move the cursor, which is always written from the left.
function isAtEdge({ selectionStart, selectionEnd, value }, key) {
  return selectionStart === selectionEnd && selectionStart === (key === "ArrowLeft" ? 0 : value.length);
}
