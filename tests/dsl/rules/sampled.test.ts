/** What a look at a part of the rows doesn't find may stand in the rest: nothing is told of it. */
import assert from "node:assert/strict";
import { glanced } from "#kernel/checking/glanced.js";
import { compiled, dataFacts, definitions } from "../world.js";

const lengths = { step: 8, counts: [2], total: 12, longest: 7 };
const part = dataFacts({
  ...{ labels: ["no"], rowsIn: 2, kept: 2 },
  splits: {
    train: { rows: 60, labels: [{ label: "no", count: 3 }], lengths },
    validation: { rows: 0, labels: [], lengths },
    test: { rows: 2, labels: [{ label: "no", count: 2 }], lengths },
  },
});
const sampled = { rows: 1_000, of: 12_345_678 };
const check = (more: object) => compiled(`${definitions}train m on d`, { data: () => ({ ...part, ...more }) });

describe("rules on a part of the rows", () => {
  it("say nothing of what isn't there", () => {
    assert.deepEqual(check({}).codes.toSorted(), ["empty-split", "one-label", "rare-label"]);
    assert.deepEqual(check({ sampled }).codes, []);
  });
  it("are told to be that", () => {
    assert.deepEqual(glanced(check({}).facts), []);
    assert.deepEqual(glanced(check({ sampled, counted: { rows: 400, of: 1_000 } }).facts), [
      "of d only the first 1,000 of about 12,345,678 rows, and the tokens of 400 of them were looked at; `--whole` looks at all",
    ]);
    assert.deepEqual(glanced(check({ counted: { rows: 400, of: 1_000 } }).facts), [
      "of d only the tokens of 400 of 1,000 rows were looked at; `--whole` looks at all",
    ]);
  });
});
