/** A data cell does not repeat a warning that its statement already reported or allows. */
import assert from "node:assert/strict";
import { compiled, dataFacts } from "../../world.js";

const pair = { row: 3, text: "a b c", trained: { row: 9, text: "a b c!" }, likeness: 1 };
const audit = {
  ...{ near: [{ split: "test", rows: 1, pairs: [pair] }], told: null, groups: null, scores: null },
  conflicts: { texts: 0, rows: 0, examples: [] },
};
const of = (more: string, facts: object = { audit }) => {
  const text = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%)${more} }`;
  const { actions, codes } = compiled(text, { data: () => dataFacts(facts) });
  const [action] = actions ?? [];
  return { codes, told: action?.verb === "data" ? action.told : undefined };
};

describe("data action", () => {
  it("carries the codes of its warnings and of its `allow`", () => {
    assert.deepEqual(of(""), { codes: ["near-leak"], told: ["near-leak"] });
    assert.deepEqual(of(', allow: { near-leak: "templates" }'), { codes: [], told: ["near-leak"] });
    assert.deepEqual(of("", {}), { codes: [], told: undefined });
  });
});
