// Lines put into order without WebAssembly; crates/widget-core/src/order.rs is the same, and both are held to its vectors.
export class Program {
  // By line: its place from 1, or none; its indentation. Of lines with the same place the first given out comes first.
  constructor(places, indents, deepest) {
    const placed = places.flatMap((place, line) => (place > 0 ? [{ place, line }] : []));
    this.order = placed.sort((one, other) => one.place - other.place || one.line - other.line).map(({ line }) => line);
    this.indents = places.map((_, line) => Math.min(indents[line] ?? 0, deepest));
    this.deepest = deepest;
  }

  place(line) {
    return this.order.indexOf(line) + 1 || null;
  }

  // Change a line, and say whether that changed anything.
  take(step, line) {
    const index = this.order.indexOf(line);
    if (step === "add") return index < 0 && line < this.indents.length && this.order.push(line) > 0;
    if (index < 0) return false;
    if (step === "remove") return this.order.splice(index, 1).length > 0;
    if (step === "up") return this.swap(index, index - 1);
    if (step === "down") return this.swap(index, index + 1);
    return { indent: () => this.deepen(line, 1), outdent: () => this.deepen(line, -1) }[step]?.() ?? false;
  }

  swap(from, to) {
    if (!(to in this.order)) return false;
    [this.order[from], this.order[to]] = [this.order[to], this.order[from]];
    return true;
  }

  deepen(line, by) {
    const before = this.indents[line];
    this.indents[line] = Math.min(Math.max(before + by, 0), this.deepest);
    return this.indents[line] !== before;
  }
}

const KEYS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "indent", ArrowLeft: "outdent" };
const FOCUS = { add: "up", remove: "add" };
const field = (row, name) => row.querySelector(`[data-field=${name}]`);

export function order(root, { deepest, strings }) {
  const rows = [...root.querySelectorAll("[data-line]")];
  const typed = (row, name) => Math.trunc(field(row, name)?.valueAsNumber) || 0;
  const program = new Program(rows.map((row) => typed(row, "place")), rows.map((row) => typed(row, "indent")), deepest);
  const take = (event, step) => {
    const row = event.target.closest("[data-line]");
    if (!row || !step) return;
    event.preventDefault();
    const line = rows.indexOf(row);
    if (!program.take(step, line)) return;
    show(root, rows, program);
    row.querySelector(`[data-step=${FOCUS[step] ?? step}]`)?.focus();
    root.querySelector("[role=status]").textContent = sentence(strings, program, line, row);
    field(row, "place").dispatchEvent(new Event("change", { bubbles: true })); // for whoever saves forms while they are filled in
  };
  root.addEventListener("click", (event) => take(event, event.target.closest("[data-step]")?.dataset.step));
  root.addEventListener("keydown", (event) => take(event, KEYS[event.key]));
  show(root, rows, program);
  root.classList.add("qw-live");
  for (const hidden of root.querySelectorAll("[hidden]")) hidden.hidden = false;
}

function show(root, rows, program) {
  for (const [line, row] of rows.entries()) {
    const place = program.place(line);
    field(row, "place").value = place ?? "";
    if (field(row, "indent")) field(row, "indent").value = program.indents[line];
    row.dataset.indent = place ? program.indents[line] : 0;
    if (!place) root.querySelector(".qw-spare").append(row);
  }
  for (const line of program.order) root.querySelector(".qw-program").append(rows[line]);
}

function sentence({ moved, removed }, program, line, row) {
  const place = program.place(line);
  const values = { place: place ?? 0, all: program.order.length, indent: program.indents[line], line: row.querySelector("code").textContent };
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, () => value), place ? moved : removed);
}
