import assert from "node:assert/strict";
import {
  labelNamedIn,
  labelsNamedIn,
  numberNamedIn,
  meansNoLabel,
} from "#stdlib/contenders/shared/prompting/read-answers.js";

const labels = ["spam", "not spam", "billing", "Billing!"];
const named = (answer: string): string | null => {
  const found = labelNamedIn(answer, labels);
  return found === null ? null : labels[found]!;
};

describe("single label named by an answer", () => {
  it("is the exact match, or else the match that ignores case and punctuation", () => {
    assert.equal(named("spam"), "spam");
    assert.equal(named(" billing \n"), "billing");
    assert.equal(named("Billing!"), "Billing!");
    assert.equal(named("**Spam.**"), "spam");
    assert.equal(named("NOT-SPAM"), "not spam");
  });
  it("is none if two labels differ only in case or punctuation", () => {
    assert.equal(named("BILLING"), null);
  });
  it("is the only one in a longer answer; a longer label does not name its parts", () => {
    assert.equal(named("I think that it is spam, clearly spam."), "spam");
    assert.equal(named("The answer is: not spam"), "not spam");
    assert.equal(named("It is spam, or not spam"), null);
    assert.equal(named("spammy"), null);
    assert.equal(named("no idea"), null);
    assert.equal(named(""), null);
  });
  it("is found in other scripts, and in decomposed Unicode", () => {
    assert.equal(labelNamedIn("Это СПОРТ.", ["спорт", "наука"]), 0);
    assert.equal(labelNamedIn("cafe\u0301", ["caf\u00e9", "bar"]), 0);
    assert.equal(labelNamedIn("体育", ["体育", "科学"]), 0);
  });
  it("needs an exact answer if it has no letters", () => {
    assert.equal(labelNamedIn("+", ["+", "-"]), 0);
    assert.equal(labelNamedIn("it is +", ["+", "-"]), null);
  });
});

describe("set of labels named by an answer", () => {
  it("contains all of them, in label order", () => {
    assert.deepEqual(labelsNamedIn("billing, spam", ["spam", "not spam", "billing"]), [0, 2]);
    assert.deepEqual(labelsNamedIn("not spam and SPAM", ["spam", "not spam"]), [0, 1]);
    assert.deepEqual(labelsNamedIn("nothing of it", ["spam"]), []);
  });
  it("is empty if the answer says so", () => {
    for (const answer of ["None.", "none", " No labels ", "", "—"]) assert.ok(meansNoLabel(answer), answer);
    assert.ok(!meansNoLabel("none of spam"));
  });
});

describe("number in an answer", () => {
  it("is the first one", () => {
    const cases: readonly [string, number | null][] = [
      ["4", 4],
      ["The score is 3.5 of 5", 3.5],
      ["-2", -2],
      ["\u22121.5", -1.5],
      ["about 1,234.5 grams", 1234.5],
      ["12,345,678", 12345678],
      ["3,5", 3.5],
      ["1,2345", 1.2345],
      [".5", 0.5],
      ["1e3", 1000],
      ["four", null],
      ["", null],
    ];
    for (const [answer, number] of cases) assert.equal(numberNamedIn(answer), number, answer);
  });
});
