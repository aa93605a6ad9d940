// The quiz timer without WebAssembly.
import { Announcer, digits, reading, secondsLeft, ServerClock } from "../clock.js";

const STEP = 250;
const SOON = 60;

export function timer(root, props) {
  const left = secondsLeft(props.end, props.now);
  const state = { clock: new ServerClock(props.now, reading()), announcer: new Announcer(props.thresholds, left), end: props.end };
  const shown = document.createElement("span");
  shown.textContent = digits(left);
  root.querySelector(".qw-left").replaceChildren(shown);
  toggle(root.querySelector("button"), shown, props.strings);
  setInterval(() => step(root, props, state, shown), STEP);
}

function step(root, props, state, shown) {
  state.clock.tick(reading());
  if (state.clock.ask(reading())) ask(props, state);
  const left = secondsLeft(state.end, state.clock.now(reading()));
  const due = state.announcer.due(left, state.clock.certain);
  if (due !== null) root.querySelector("[role=status]").textContent = props.announcements[props.thresholds.indexOf(due)];
  write(root.querySelector(".qw-unsure"), state.clock.isDoubtful(reading()) ? props.strings.unsure : "");
  root.dataset.clock = state.clock.certain ? "server" : "estimate";
  write(shown, digits(left));
  shown.classList.toggle("qw-soon", left <= SOON);
}

// What stays the same is left alone.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function ask(props, state) {
  const sent = reading();
  const [now, end] = await props.serverTime(props.clock);
  if (state.clock.answer(sent, now, reading()) && Number.isFinite(end)) state.end = end;
}

function toggle(button, shown, strings) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = shown.classList.toggle("qw-hidden");
    button.textContent = hidden ? strings.clockhidden : strings.clockshown;
  });
}
