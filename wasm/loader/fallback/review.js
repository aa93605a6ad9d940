// The quiz review without WebAssembly; crates/widget-core/src/review.rs is the same, and both are held to its vectors.
const STATES = ["correct", "partial", "incorrect", "unanswered"];
const state = (name) => (STATES.includes(name) ? name : "ungraded");

export function shows(filter, question) {
  if (filter === "all") return true;
  return filter === "flagged" ? question.flagged : state(question.state) === state(filter);
}

export function next(questions, filter, from) {
  const found = questions.findIndex((question, place) => place > (from ?? -1) && shows(filter, question));
  return found >= 0 ? found : stay(questions, filter, from);
}

export function previous(questions, filter, from) {
  const found = questions.findLastIndex((question, place) => place < (from ?? Infinity) && shows(filter, question));
  return found >= 0 ? found : stay(questions, filter, from);
}

const stay = (questions, filter, from) => (from !== null && from in questions && shows(filter, questions[from]) ? from : null);

export function review(root, { states, flagged, targets, strings }) {
  const questions = states.map((name, place) => ({ state: name, flagged: Boolean(flagged[place]) }));
  const select = root.querySelector("select");
  let here = null;
  const show = () => {
    const shown = questions.map((question) => shows(select.value, question));
    for (const [place, row] of root.querySelectorAll("tbody tr").entries()) row.hidden = !shown[place];
    for (const [place, id] of targets.entries()) hide(document.getElementById(id), !shown[place]);
    root.querySelector("[role=status]").textContent = strings.shown.replace("{shown}", shown.filter(Boolean).length).replace("{all}", shown.length);
  };
  for (const [selector, walk] of [[".qw-next", next], [".qw-previous", previous]]) {
    const button = root.querySelector(selector);
    button.hidden = false;
    button.addEventListener("click", () => {
      here = walk(questions, select.value, here);
      if (here !== null) go(document.getElementById(targets[here]), root.querySelectorAll("tbody a")[here]);
    });
  }
  select.addEventListener("input", show);
  show();
}

function hide(element, hidden) {
  if (element) element.hidden = hidden;
}

// A question on another page of the review is reached by its link.
function go(element, link) {
  if (!element) return link.click();
  element.tabIndex = -1;
  element.focus();
}
