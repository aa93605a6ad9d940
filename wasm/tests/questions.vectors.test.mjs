// What the questions' plain JavaScript decides, against the vectors that the Rust of the pack is held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Plane } from "../loader/fallback/graph.js";
import { Program } from "../loader/fallback/order.js";

const vectors = (name) => JSON.parse(readFileSync(new URL(`../crates/widget-core/vectors/${name}.json`, import.meta.url)));

for (const { name, places, indents, deepest, steps, order, after } of vectors("order").programs) {
  test(`a program: ${name}`, () => {
    const program = new Program(places, indents, deepest);
    for (const [step, line, changed] of steps) assert.equal(program.take(step, line), changed, `${step} ${line}`);
    assert.deepEqual(program.order, order);
    assert.deepEqual(program.indents, after);
  });
}

for (const { from, to, step, at, moved, pick, line } of vectors("graph").planes) {
  test(`a plane from ${from} to ${to}`, () => {
    const plane = new Plane(from, to, step);
    for (const [place, point] of at) assert.deepEqual(plane.at(place), point, `${place}`);
    for (const [point, by, wanted] of moved) assert.deepEqual(plane.moved(point, by), wanted, `${point} ${by}`);
    for (const [points, place, wanted] of pick) assert.equal(plane.pick(points, place), wanted, JSON.stringify(points));
    for (const [one, other, wanted] of line) {
      const found = plane.line(one, other)?.map((place) => place.map((part) => Math.round(part * 1e9) / 1e9 + 0)) ?? null;
      assert.deepEqual(found, wanted, `${one} ${other}`);
    }
  });
}
