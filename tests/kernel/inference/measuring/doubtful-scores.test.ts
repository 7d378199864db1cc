/** Warnings about labels that a model never predicts, whatever its scores. */
import assert from "node:assert/strict";
import { scoreDoubtNotes } from "#kernel/inference/measuring/doubtful-scores.js";
import { call } from "../../data/rows/plans.js";

const rows = (...of: readonly (readonly [label: string, hit: number, given: number, have: number])[]) => ({
  byLabel: {
    of: ["row", "rows"] as const,
    head: "label" as const,
    rows: of.map(([label, hit, given, have]) => ({ label, hit, given, have })),
  },
  commonest: { answer: "“good”", given: 0.8, right: 0.7 },
});
const task = call("task", "text_classification");

describe("score doubt notes", () => {
  it("name a label that is never predicted, with advice", () => {
    const [said, ...more] = scoreDoubtNotes(
      "m",
      rows(["good", 90, 110, 100], ["godo", 0, 0, 17], ["rare", 0, 1, 4]),
      null,
      task,
    );
    assert.equal(
      said,
      "m never finds “godo” (says it of none of its 17 rows, nor of any other row): try `class_weight: balanced` in the task, or `balance(over)` in the data's `clean`; more rows of it teach more than both",
    );
    assert.deepEqual(more, []);
  });
  it("suggest no setting that is already used or that the task lacks", () => {
    const found = rows(["good", 90, 110, 100], ["a", 0, 3, 9], ["b", 0, 1, 30]);
    for (const one of [
      call("task", "text_classification", { class_weight: "balanced" }),
      call("task", "token_classification"),
    ])
      assert.deepEqual(scoreDoubtNotes("m", found, null, one), [
        "m never finds “b” (says it of none of its 30 rows, but of 1 other row), “a” (says it of none of its 9 rows, but of 3 other rows): more rows of it would teach it",
      ]);
  });
  it("are absent if every label is found, and single if all predictions are equal", () => {
    assert.deepEqual(scoreDoubtNotes("m", rows(["good", 90, 99, 100], ["bad", 1, 2, 17]), null, task), []);
    const one = {
      ...rows(["good", 70, 117, 70], ["bad", 0, 0, 47]),
      commonest: { answer: "“good”", given: 1, right: 0.6 },
    };
    assert.equal(scoreDoubtNotes("m", one, null, task).length, 1);
  });
});
