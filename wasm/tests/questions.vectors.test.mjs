// What the questions' plain JavaScript decides, against the vectors that the Rust of the pack is held to.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
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
