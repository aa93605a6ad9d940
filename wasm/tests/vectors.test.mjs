// The plain JavaScript of the loader against the vectors that the Rust of the pack is held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Announcer, digits, secondsLeft, ServerClock } from "../loader/clock.js";
import { next, previous, shows } from "../loader/fallback/review.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../crates/widget-core/vectors/${name}.json`, import.meta.url)));
const reading = ([monotonic, wall]) => ({ monotonic, wall });

for (const { name, server, at, steps } of vectors("clock")) {
  test(`clock: ${name}`, () => {
    const clock = new ServerClock(server, reading(at));
    for (const step of steps) {
      if (step.tick) clock.tick(reading(step.tick));
      else if (step.ask) assert.equal(clock.ask(reading(step.ask)), step.is);
      else if (step.doubtful) assert.equal(clock.isDoubtful(reading(step.doubtful)), step.is);
      else if (step.now) assert.equal(clock.now(reading(step.now)), step.is);
      else if (step.answer) assert.equal(clock.answer(reading(step.answer), step.server, reading(step.received)), step.is);
      else assert.equal(clock.certain, step.certain);
    }
  });
}

for (const { name, thresholds, left, steps } of vectors("announce")) {
  test(`announcements: ${name}`, () => {
    const announcer = new Announcer(thresholds, left);
    for (const [seconds, certain, due] of steps) assert.equal(announcer.due(seconds, certain), due);
  });
}

test("seconds and their digits", () => {
  for (const [end, now, left, text] of vectors("seconds")) assert.deepEqual([secondsLeft(end, now), digits(left)], [left, text]);
});

test("which questions of a review are shown, and which comes next", () => {
  const { questions, cases } = vectors("review");
  const all = questions.map(([state, flagged]) => ({ state, flagged }));
  for (const { filter, shown, ...walks } of cases) {
    assert.deepEqual(all.flatMap((question, place) => (shows(filter, question) ? [place] : [])), shown);
    for (const [from, to] of walks.next) assert.equal(next(all, filter, from), to, `${filter} next ${from}`);
    for (const [from, to] of walks.previous) assert.equal(previous(all, filter, from), to, `${filter} previous ${from}`);
  }
});
