// Points on a grid without WebAssembly; crates/widget-core/src/graph.rs is the same, and both are held to its vectors.
const GRAIN = 1e-9;
const FAR = 5;
const KEYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const squared = (one, other) => (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2;

export class Plane {
  constructor(from, to, step) {
    Object.assign(this, { from, to, step, size: [to[0] - from[0], to[1] - from[1]] });
  }

  // The point of the grid next to a place: parts of the width from the left, of the height from above.
  at([right, down]) {
    return this.snap([this.from[0] + right * this.size[0], this.to[1] - down * this.size[1]]);
  }

  place([x, y]) {
    return [(x - this.from[0]) / this.size[0], (this.to[1] - y) / this.size[1]];
  }

  moved([x, y], [right, up]) {
    return this.snap([x + right * this.step, y + up * this.step]);
  }

  middle() {
    return this.at([0.5, 0.5]);
  }

  // Which point a press is for: the first that is nowhere yet, else the nearest as it is seen.
  pick(points, place) {
    const far = points.map((point) => (point ? squared(this.place(point), place) : -1));
    return far.length > 0 ? far.indexOf(Math.min(...far)) : null;
  }

  // Where the straight line through two points enters and leaves the plane; null where there is no such line.
  line(one, other) {
    const [a, b] = [this.place(one), this.place(other)];
    let [from, to] = [-Infinity, Infinity];
    for (const side of [0, 1]) {
      const by = b[side] - a[side];
      if (Math.abs(by) > GRAIN) {
        const ends = [-a[side] / by, (1 - a[side]) / by];
        from = Math.max(from, Math.min(...ends));
        to = Math.min(to, Math.max(...ends));
      } else if (a[side] < 0 || a[side] > 1) return null;
    }
    const at = (part) => [a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])];
    return from < to && Number.isFinite(from) ? [at(from), at(to)] : null;
  }

  snap(point) {
    return point.map((value, side) => {
      const most = Math.floor(this.size[side] / this.step + GRAIN);
      const steps = Math.min(Math.max(Math.floor((value - this.from[side]) / this.step + 0.5), 0), most);
      return Math.floor((this.from[side] + steps * this.step) * 1e6 + 0.5) / 1e6 + 0;
    });
  }
}

export function graph(root, { from, to, step, strings }) {
  const page = new Page(root, new Plane(from, to, step), strings);
  let held = null;
  page.show();
  for (const handle of page.handles) { // points that no script moves are a picture; these are reached by the keyboard
    handle.setAttribute("role", "slider");
    handle.setAttribute("tabindex", "0");
  }
  root.classList.add("qw-live");
  for (const hidden of root.querySelectorAll("[hidden]")) hidden.hidden = false;
  root.addEventListener("input", () => page.show());
  root.addEventListener("click", ({ target }) => page.take(target.closest("[data-take]")?.dataset.take));
  page.field.addEventListener("keydown", (event) => page.key(event));
  page.field.addEventListener("pointerdown", (event) => {
    held = Number(event.target.closest("[data-point]")?.dataset.point ?? page.plane.pick(page.points(), page.place(event)));
    event.preventDefault();
    page.field.setPointerCapture(event.pointerId);
    page.set(held, page.plane.at(page.place(event)));
    page.handles[held].focus();
  });
  page.field.addEventListener("pointermove", (event) => {
    if (held !== null) page.set(held, page.plane.at(page.place(event)));
  });
  for (const name of ["pointerup", "pointercancel"]) page.field.addEventListener(name, () => {
    if (held !== null) page.tell(held);
    held = null;
  });
}

class Page {
  constructor(root, plane, strings) {
    Object.assign(this, { root, plane, strings, field: root.querySelector(".qw-plane"), handles: [...root.querySelectorAll("[data-point]")] });
  }

  input(name, point) {
    return this.root.querySelector(`[data-field=${name}${point}]`);
  }

  at(point) {
    const at = ["x", "y"].map((name) => this.input(name, point).valueAsNumber);
    return at.every(Number.isFinite) ? at : null;
  }

  points() {
    return this.handles.map((_, point) => this.at(point));
  }

  // The drawing, as the fields say.
  show() {
    const points = this.points();
    for (const [point, handle] of this.handles.entries()) {
      const at = points[point];
      if (!at) {
        handle.setAttribute("display", "none");
        continue;
      }
      handle.removeAttribute("display");
      this.put(handle, ["cx", "cy"], this.plane.place(at));
      handle.setAttribute("aria-valuenow", at[0]);
      handle.setAttribute("aria-valuetext", `(${at[0]}, ${at[1]})`);
    }
    const line = this.root.querySelector(".qw-through");
    if (!line || points.length !== 2 || points.includes(null)) return;
    const [start, end] = this.plane.line(...points) ?? [[0, 0], [0, 0]];
    this.put(line, ["x1", "y1"], start);
    this.put(line, ["x2", "y2"], end);
  }

  // A place as the drawing counts, whose sides are a hundred long.
  put(element, names, place) {
    for (const [index, name] of names.entries()) element.setAttribute(name, place[index] * 100);
  }

  place({ clientX, clientY }) {
    const { left, top, width, height } = this.field.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  key(event) {
    const point = event.target.closest("[data-point]")?.dataset.point;
    if (point === undefined || !KEYS[event.key]) return;
    event.preventDefault();
    this.set(point, this.plane.moved(this.at(point), KEYS[event.key].map((by) => by * (event.shiftKey ? FAR : 1))));
    this.tell(point);
  }

  // A point that is nowhere yet begins in the middle.
  take(point) {
    if (point === undefined) return;
    if (!this.at(point)) {
      this.set(point, this.plane.middle());
      this.tell(point);
    }
    this.handles[point].focus();
  }

  set(point, at) {
    for (const [index, name] of ["x", "y"].entries()) this.input(name, point).value = at[index];
    this.show();
  }

  // Says where a point is now, also to whoever saves forms while they are filled in.
  tell(point) {
    const [x, y] = this.at(point);
    const values = { point: Number(point) + 1, x, y };
    this.root.querySelector("[role=status]").textContent = this.strings.placed.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    this.input("x", point).dispatchEvent(new Event("change", { bubbles: true }));
  }
}
