/** The number of validations that a plan states equals the number that come due. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { isDueAtStep, countTimesDue } from "#dsl/compiler/plan/cadence.js";
import { updatesPerEpoch } from "#dsl/compiler/plan/batches.js";
import type { Call } from "#dsl/language/types/value.js";
import { DataLoader } from "#kernel/data/rows/loader.js";
import { TextsInMemory } from "#kernel/data/sequences/token-rows.js";

const every = (given: Call["arguments"]): Call => ({ kind: "cadence", word: "every", arguments: given });

/** Returns what the plan states for `rows` rows, and what a training on them does. */
function saidAndDone(o: { rows: number; batch: number; accumulate: number; epochs: number }, given: Call["arguments"]) {
  const ids = Array.from({ length: o.rows }, () => Int32Array.of(1, 2));
  const loader = new DataLoader(
    { ids: new TextsInMemory(ids), lengths: new Int32Array(o.rows).fill(1), taught: null },
    { batchSize: o.batch, accumulate: o.accumulate, packed: null, shuffle: "none", seed: 0, padId: 0 },
  );
  const total = loader.total(o.epochs);
  const done = Array.from({ length: total }, (_, i) => i + 1).filter((step) =>
    isDueAtStep(every(given), step, { total, loader }),
  ).length;
  const perEpoch = updatesPerEpoch(o.rows, { batch_size: o.batch, accumulate: o.accumulate });
  const said = countTimesDue(every(given), { total, loader: { epochsDone: (step) => step / perEpoch } });
  return { said, done };
}

describe("number of planned validations", () => {
  it("is at most the number of steps, and three for thirds of an epoch", () => {
    const few = { rows: 160, batch: 500, accumulate: 1, epochs: 3 };
    assert.deepEqual(saidAndDone(few, { epochs: 0.25 }), { said: 3, done: 3 });
    const ten = { rows: 10, batch: 1, accumulate: 1, epochs: 1 };
    assert.deepEqual(saidAndDone(ten, { epochs: 0.00001 }), { said: 10, done: 10 });
    assert.deepEqual(saidAndDone(ten, { epochs: 1e-320 }), { said: 10, done: 10 });
    assert.deepEqual(saidAndDone(ten, { epochs: 0.333333 }), { said: 3, done: 3 });
    assert.equal(countTimesDue(null, { total: 10, loader: { epochsDone: (step) => step / 5 } }), 0);
  });
  it("equals the number that come due, by steps and by epochs", () => {
    const training = fc.record({
      rows: fc.integer({ min: 1, max: 300 }),
      batch: fc.integer({ min: 1, max: 40 }),
      accumulate: fc.integer({ min: 1, max: 4 }),
      epochs: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.double({ min: 0.01, max: 4, noNaN: true })),
    });
    const parts = fc.integer({ min: 1, max: 50 });
    const given = fc.oneof(
      fc.record({ steps: fc.integer({ min: 1, max: 400 }) }),
      fc.record({ epochs: parts.map((n) => 1 / n) }),
      fc.record({ epochs: parts.map((n) => Math.floor(1e6 / n) / 1e6) }),
      fc.record({ epochs: fc.double({ min: 1e-9, max: 5, noNaN: true }) }),
    );
    fc.assert(
      fc.property(training, given, (of, each) => {
        const { said, done } = saidAndDone(of, each);
        assert.equal(said, done);
      }),
      { numRuns: 1000 },
    );
  });
});
