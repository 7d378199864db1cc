/**
 * Margins and forgetting equal a plain count over logged logits, in parts, after reloading from a file, and in one
 * pass.
 */
import assert from "node:assert/strict";
import { float32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { TrainingDynamics } from "#kernel/training/dynamics.js";

const generator = seededRandom(5);
const truth = Int32Array.from({ length: 7 }, () => drawBelow(generator, 3));
/** Row numbers and logits of each epoch, in a different order each time. */
const log = Array.from({ length: 5 }, (_, epoch) =>
  Array.from({ length: 7 }, (_, i) => ({
    row: (i * 3 + epoch) % 7,
    logits: Array.from({ length: 3 }, () => Math.fround(drawBelow(generator, 1000) / 100 - 5)),
  })),
);
const learn = (dynamics: TrainingDynamics, epochs: typeof log): void => {
  for (const epoch of epochs)
    for (const batch of [epoch.slice(0, 4), epoch.slice(4)])
      dynamics.see(
        {
          rows: Uint32Array.from(batch, ({ row }) => row),
          logits: float32NDArray(Float32Array.from(batch.flatMap(({ logits }) => logits)), [batch.length, 3]),
        },
        truth,
      );
};

describe("training dynamics", () => {
  it("are the mean margin and the number of forgetting events", () => {
    const dynamics = TrainingDynamics.create(7);
    learn(dynamics, log);
    for (let row = 0; row < 7; row++) {
      const margins = log.map((epoch) => {
        const { logits } = epoch.find((one) => one.row === row)!;
        const others = logits.filter((_, label) => label !== truth[row]);
        return logits[truth[row]!]! - Math.max(...others);
      });
      const told = dynamics.row(row);
      assert.equal(told.visits, 5);
      assert.ok(Math.abs(told.margin - margins.reduce((a, b) => a + b, 0) / 5) < 1e-6);
      assert.equal(told.forgotten, margins.filter((margin, i) => i > 0 && margins[i - 1]! > 0 && margin <= 0).length);
    }
    assert.ok([0, 1, 2, 3, 4, 5, 6].some((row) => dynamics.row(row).forgotten > 0));
  });
  it("continue from their file without a difference", () => {
    const whole = TrainingDynamics.create(7);
    learn(whole, log);
    const first = TrainingDynamics.create(7);
    learn(first, log.slice(0, 2));
    const again = TrainingDynamics.from(first.bytes())!;
    learn(again, log.slice(2));
    assert.deepEqual(again.bytes(), whole.bytes());
  });
  it("are null for a damaged file", () => {
    assert.equal(TrainingDynamics.from(TrainingDynamics.create(7).bytes().subarray(0, 12)), null);
    assert.equal(TrainingDynamics.from(Uint8Array.of(1, 2, 3)), null);
  });
});
