// Search, filters and keys of the review page. The page itself is the data: nothing is loaded, nothing is written as HTML.
"use strict";
{
  const PLACES = ["environment", "ring", "cluster"];
  const FACETS = [...PLACES, "kind", "action"];
  const id = (name) => document.getElementById(name);
  const all = (selector, node = document) => [...node.querySelectorAll(selector)];
  const form = id("filters");
  const search = id("q");
  const danger = id("danger");

  const textIn = (node, selector) => all(selector, node).map((one) => one.textContent).join("\n").toLowerCase();

  // A segment: the members of one environment, ring and cluster, one name a line, and what else is said of them.
  const segment = (node) => {
    const list = node.querySelector(".names");
    const names = list.textContent;
    const row = node.closest(".row");
    const about = textIn(node, ".place") + (row ? textIn(row, "[data-text]") : "");
    return { node, list, names, lower: names.toLowerCase(), about, ...node.dataset };
  };

  // A unit: one card, or one entry of the dangers. A card with the members of an earlier one borrows them.
  const units = all(".unit").map((node) => {
    const unit = { node, ...node.dataset, card: node.matches(".card"), group: node.querySelector("details.group") };
    unit.segments = all(".segment", node).map(segment);
    unit.rows = all(".row", node).map((row) => ({ node: row, segments: unit.segments.filter((s) => row.contains(s.node)) }));
    return unit;
  });
  const byId = new Map(units.map((unit) => [unit.node.id, unit]));
  const byNode = new Map(units.map((unit) => [unit.node, unit]));
  for (const unit of units) if (unit.same) unit.segments = byId.get(unit.same).segments.map((s) => ({ ...s, node: null, list: null }));
  const cards = units.filter((unit) => unit.card);
  const dangers = units.filter((unit) => !unit.card);
  const total = dangers.flatMap((unit) => unit.segments).reduce((sum, part) => sum + part.names.split("\n").length, 0);

  const textOf = (unit) => (unit.text ??= textIn(unit.node, "[data-text]:not(.row *)"));

  // The state is what the controls say, and what the part of the address after # keeps.
  const state = () => {
    const chosen = Object.fromEntries(FACETS.map((name) => [name, id(name).value]));
    return { ...chosen, danger: Boolean(danger?.checked), terms: search.value.toLowerCase().split(/\s+/).filter(Boolean) };
  };
  const chosen = (want, unit, names) => names.every((name) => want[name] === "*" || want[name] === (unit[name] ?? ""));

  // What of the terms a segment's names must hold, given those that the unit's own text holds.
  const needed = (want, unit, part) => want.terms.filter((term) => !textOf(unit).includes(term) && !part.about.includes(term));
  const named = (part, terms) => {
    if (terms.length < 2) return terms.every((term) => part.lower.includes(term));
    return part.lower.split("\n").some((name) => terms.every((term) => name.includes(term)));
  };
  const inSegment = (want, unit, part) => chosen(want, part, PLACES) && named(part, needed(want, unit, part));
  const namesOf = (want, unit, part) => {
    const terms = needed(want, unit, part);
    const names = part.names.split("\n");
    return terms.length ? names.filter((name) => terms.every((term) => name.toLowerCase().includes(term))) : names;
  };
  const matching = (want, unit) => unit.segments.filter((part) => inSegment(want, unit, part)).reduce((sum, part) => sum + namesOf(want, unit, part).length, 0);
  const inUnit = (want, unit) =>
    chosen(want, unit, unit.card ? ["kind", "action"] : ["kind"]) &&
    (!want.danger || unit.danger !== "") &&
    (unit.card || want.action === "*" || unit.changes.some((card) => card.action === want.action)) &&
    unit.segments.some((part) => inSegment(want, unit, part));

  // Show of an open list what matches.
  const narrow = (want, unit) => {
    for (const part of unit.segments) {
      if (!part.list) continue;
      const shown = inSegment(want, unit, part);
      part.node.hidden = !shown;
      if (!shown || part.list.closest("details:not([open])")) continue;
      const names = namesOf(want, unit, part).join("\n");
      if (part.list.textContent !== names) part.list.textContent = names;
    }
    for (const row of unit.rows) row.node.hidden = !row.segments.some((part) => inSegment(want, unit, part));
  };

  // Bring the borrowed members in when they are asked for.
  const fill = (unit) => {
    const note = unit.node.querySelector(".same");
    if (!unit.same || !note) return;
    const lender = byId.get(unit.same);
    lender.segments.forEach((part, index) => {
      const node = part.node.cloneNode(true);
      const list = node.querySelector(".names");
      list.textContent = part.names;
      Object.assign(unit.segments[index], { node, list });
      note.before(node);
    });
    note.remove();
  };

  const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
  let timer = 0;
  const announce = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => { id("result").textContent = text; }, 200);
  };
  const counted = (shown, of, noun) => (shown === of ? plural(of, noun) : `${shown.toLocaleString("en")} of ${plural(of, noun)}`);

  const apply = () => {
    const want = state();
    for (const unit of units) {
      const shown = inUnit(want, unit);
      if (unit.node.hidden === shown) unit.node.hidden = !shown;
      if (shown && unit.group?.open !== false) narrow(want, unit);
    }
    const visible = (list) => list.filter((unit) => !unit.node.hidden);
    const shown = visible(cards).length;
    const risks = visible(dangers).reduce((sum, unit) => sum + matching(want, unit), 0);
    if (id("dangers")) id("dangers").hidden = risks === 0;
    id("nothing").hidden = shown + risks > 0 || cards.length === 0;
    announce(counted(shown, cards.length, "change") + (dangers.length ? `, ${counted(risks, total, "danger")}` : ""));
  };

  const save = () => {
    const kept = new URLSearchParams();
    if (search.value) kept.set("q", search.value);
    for (const name of FACETS) if (id(name).value !== "*") kept.set(name, id(name).value);
    if (danger?.checked) kept.set("danger", "1");
    const address = location.href.split("#")[0];
    history.replaceState(null, "", kept.size ? `${address}#${kept}` : address);
  };
  const clear = () => {
    form.reset();
    save();
    apply();
  };
  const restore = () => {
    const hash = location.hash.slice(1);
    if (hash && !hash.includes("=")) {
      apply();
      return reveal(byId.get(hash));
    }
    const kept = new URLSearchParams(hash);
    search.value = kept.get("q") ?? "";
    for (const name of FACETS) {
      id(name).value = kept.get(name) ?? "*";
      if (id(name).selectedIndex < 0) id(name).value = "*";
    }
    if (danger) danger.checked = kept.has("danger");
    return apply();
  };

  const go = (unit, block = "nearest") => {
    unit.group.querySelector("summary").focus({ preventScroll: true });
    unit.node.scrollIntoView({ block });
  };
  const reveal = (unit) => {
    if (!unit) return;
    if (unit.node.hidden) {
      form.reset();
      apply();
    }
    unit.group.open = true;
    go(unit, "start");
  };
  const step = (by) => {
    const shown = cards.filter((unit) => !unit.node.hidden);
    const at = shown.findIndex((unit) => unit.node.contains(document.activeElement));
    const next = at < 0 ? shown[by > 0 ? 0 : shown.length - 1] : shown[at + by];
    if (next) go(next);
  };
  const toggle = (open) => cards.forEach((unit) => { if (!unit.node.hidden) unit.group.open = open; });
  const keys = id("keys");
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open || event.target.matches("input, select, textarea")) return undefined;
    if (event.target.matches(".group > summary") && ["ArrowDown", "ArrowUp"].includes(event.key)) return () => step(event.key === "ArrowDown" ? 1 : -1);
    if (!id("single").checked) return undefined;
    return {
      "/": () => search.focus(), "?": () => keys.showModal(), j: () => step(1), k: () => step(-1), e: () => toggle(true), c: () => toggle(false),
    }[event.key];
  };

  for (const unit of dangers) unit.changes = all(".see a", unit.node).map((link) => byId.get(link.hash.slice(1)));
  for (const name of FACETS) {
    const of = PLACES.includes(name) ? (unit) => unit.segments.map((part) => part[name]) : (unit) => [unit[name]];
    const values = [...new Set(units.flatMap(of))].filter((value) => value !== undefined).sort();
    for (const value of values) id(name).add(new Option(value || "(none)", value));
    id(name).parentElement.hidden = values.length < 2;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { save(); apply(); });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    search.value = "";
    save();
    apply();
  });
  id("clear").addEventListener("click", clear);
  id("again").addEventListener("click", clear);
  id("expand").addEventListener("click", () => toggle(true));
  id("collapse").addEventListener("click", () => toggle(false));
  id("help").addEventListener("click", () => keys.showModal());
  id("close").addEventListener("click", () => keys.close());
  document.addEventListener("keydown", (event) => {
    const action = pressed(event);
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("toggle", (event) => {
    const unit = byNode.get(event.target.closest(".unit"));
    if (!unit || !event.target.open) return;
    if (event.target.matches(".members")) fill(unit);
    narrow(state(), unit);
  }, true);
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = cards.filter((unit) => !unit.node.hidden && !unit.group.open);
    opened.forEach((unit) => { unit.group.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((unit) => { unit.group.open = false; }));
  addEventListener("hashchange", restore);
  restore();
}
