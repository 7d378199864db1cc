import assert from "node:assert/strict";
import { transferScoresOf } from "#kernel/continual/transfer.js";

const near = (value: number | null, wanted: number): void =>
  assert.ok(value !== null && Math.abs(value - wanted) < 1e-12, `${String(value)}, not ${String(wanted)}`);

describe("transfer scores of a model", () => {
  // Scores of three tasks learned in sequence. Rows: before training, after the first, second and third task.
  const matrix = [
    [0.3, 0.2, 0.1],
    [0.9, 0.25, 0.2],
    [0.7, 0.8, 0.3],
    [0.6, 0.75, 0.9],
  ];
  it("follow the definitions of the papers", () => {
    const { average, backward, forward, forgotten, forgetting } = transferScoresOf(matrix, [1, 2, 3]);
    near(average, (0.6 + 0.75 + 0.9) / 3);
    near(backward, (0.6 - 0.9 + (0.75 - 0.8)) / 2);
    near(forward, (0.25 - 0.2 + (0.3 - 0.1)) / 2);
    near(forgotten[0] ?? null, 0.3);
    near(forgotten[1] ?? null, 0.05);
    assert.equal(forgotten[2], null);
    near(forgetting, 0.175);
  });
  it("include knowledge from before the first data set", () => {
    const { forgotten, backward, forward } = transferScoresOf(matrix.slice(1), [0, 1, 2]);
    near(forgotten[0] ?? null, 0.3);
    near(backward, (0.6 - 0.9 + (0.75 - 0.8)) / 2);
    // Nothing was learned before the first task, so it does not count.
    near(forward, 0.3 - 0.2);
  });
  it("average over the data sets learned so far, whatever else is scored", () => {
    const averages = matrix.map((_, i) => transferScoresOf(matrix.slice(0, i + 1), [1, 2, 3]).average);
    assert.equal(averages[0], null);
    [0.9, (0.7 + 0.8) / 2, (0.6 + 0.75 + 0.9) / 3].forEach((wanted, i) => near(averages[i + 1] ?? null, wanted));
    near(transferScoresOf(matrix.slice(0, 2), [0, 2, 3]).average, 0.9);
  });
  it("measure forgetting from the best earlier score, not the first", () => {
    const { forgotten } = transferScoresOf([[0.5], [0.7], [0.9], [0.6]], [1]);
    near(forgotten[0] ?? null, 0.3);
  });
  it("flip the sign of scores where less is better", () => {
    const { average, backward, forgetting } = transferScoresOf([[9], [1], [3]], [1], -1);
    near(average, 3);
    near(backward, -2);
    near(forgetting, 2);
  });
  it("skip missing measurements", () => {
    const { average, forgetting, forward } = transferScoresOf(
      [
        [null, null],
        [0.8, null],
        [0.5, 0.9],
      ],
      [1, 2],
    );
    near(average, 0.7);
    near(forgetting, 0.3);
    assert.equal(forward, null);
    const none = transferScoresOf([[null]], [1]);
    assert.deepEqual([none.average, none.forgetting], [null, null]);
  });
});
