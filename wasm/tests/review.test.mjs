// The quiz review, in all ways that it has to work in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, start, WAYS } from "./browser.mjs";

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

const rows = (page) => page.locator(".qw-questions tbody tr:visible").evaluateAll((list) => list.map((row) => row.cells[0].textContent));
const questions = (page) => page.locator(".que:visible").evaluateAll((list) => list.map((question) => question.querySelector("h2").textContent));
const says = (page, text) => page.waitForFunction((wanted) => document.querySelector("[role=status]").textContent === wanted, text);
const focused = (page) => page.evaluate(() => document.activeElement.id);
const CASES = { "Correct (3)": [1, 6, 8], "Partially correct (1)": [2], "Incorrect (2)": [3, 7], "Not answered (1)": [4], "Not marked (1)": [5], "Flagged (3)": [2, 5, 8] };
const named = (numbers) => numbers.map((number) => `Question ${number}`);

for (const way of WAYS) {
  test(`${way}: the filter hides rows and questions at once`, async () => {
    const { page, faults, engine, wanted, close } = await open(chromium, "review", { policy: way });
    assert.equal(engine, wanted);
    assert.equal((await questions(page)).length, 8);
    for (const [label, numbers] of Object.entries(CASES)) {
      await page.getByLabel("Show").selectOption(label);
      await says(page, `${numbers.length} of 8 questions shown`);
      assert.deepEqual(await rows(page), named(numbers));
      assert.deepEqual(await questions(page), named(numbers));
    }
    await page.getByLabel("Show").selectOption("All (8)");
    await says(page, "8 of 8 questions shown");
    assert.equal((await questions(page)).length, 8);
    assert.deepEqual(faults, []);
    await close();
  });

  test(`${way}: the buttons walk over what is shown, by the keyboard, and the focus goes along`, async () => {
    const { page, faults, close } = await open(chromium, "review", { policy: way });
    const walk = async (name) => {
      await page.getByRole("button", { name }).focus();
      await page.keyboard.press("Enter");
      return focused(page);
    };
    await page.getByLabel("Show").selectOption("Flagged (3)");
    await says(page, "3 of 8 questions shown");
    const walked = [];
    for (const name of ["Next", "Next", "Next", "Next", "Previous"]) walked.push(await walk(name));
    assert.deepEqual(walked, [2, 5, 8, 8, 5].map((number) => `question-7-${number}`));
    await page.getByLabel("Show").selectOption("Correct (3)");
    await says(page, "3 of 8 questions shown");
    assert.equal(await walk("Next"), "question-7-6");
    assert.deepEqual(faults, []);
    await close();
  });
}

test("without JavaScript the server filters the list, and its links lead to the questions", async () => {
  const { page, close } = await open(chromium, "review", { javaScriptEnabled: false });
  assert.equal(await page.getByRole("button", { name: "Next" }).isVisible(), false);
  await page.getByLabel("Show").selectOption("Incorrect (2)");
  await page.getByRole("button", { name: "Show these questions" }).click();
  await page.waitForURL(/attempt=7&show=incorrect/);
  assert.deepEqual(await rows(page), named([3, 7]));
  assert.equal(await page.getByRole("status").textContent(), "2 of 8 questions shown");
  await page.getByRole("link", { name: "Question 7" }).click();
  assert.match(page.url(), /#question-7-7$/);
  await close();
});

test("a filter that the server has applied is taken over", async () => {
  for (const policy of WAYS) {
    const { page, close } = await open(chromium, "review", { policy, query: "?show=flagged" });
    await page.waitForFunction(() => document.querySelector("#question-7-1").hidden);
    assert.deepEqual(await questions(page), named([2, 5, 8]));
    await close();
  }
});
