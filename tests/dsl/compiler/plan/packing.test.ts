/** Packed rows in a plan's estimate, compared with the rows that the training packs. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { allRows, countEpochRows } from "#dsl/compiler/plan/batches.js";
import { lengthHistogram } from "#kernel/data/sequences/tokens.js";
import { packRows } from "#kernel/data/sequences/packing.js";
import { causalLm } from "#stdlib/row-formats/causal-lm.js";

/**
 * Returns the number of packed rows that a plan estimates and that an epoch has. `step`: bin width of the histogram.
 */
function both(lengths: readonly number[], { max, step }: { readonly max: number; readonly step: number }) {
  const texts = Int32Array.from(lengths);
  const split = { rows: lengths.length, labels: [], lengths: lengthHistogram(texts, step) };
  const windows = lengths.flatMap((length) =>
    Array.from({ length: Math.ceil(length / max) }, (_, i) => Math.min(max, length - i * max)),
  );
  const packed = packRows(Int32Array.from(windows), { capacity: max, shuffle: true, seed: 1, epoch: 0 });
  return [countEpochRows([allRows(split)], max, { rowFormat: causalLm, packing: true }).rows, packed.length] as const;
}
const texts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 400 });

describe("packed row count of a plan", () => {
  it("equals the training's count with length bins of width 1", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 16, max: 256 }), (lengths, max) => {
        const [planned, packed] = both(lengths, { max, step: 1 });
        assert.equal(planned, packed);
      }),
      { numRuns: 200 },
    );
  });
  it("is within 5 % or two rows with wider length bins", () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(64, 128, 256), fc.constantFrom(2, 4, 8), (lengths, max, step) => {
        const [planned, packed] = both(lengths, { max, step });
        assert.ok(Math.abs(planned - packed) <= Math.max(2, packed / 20), `${String(planned)}, ${String(packed)}`);
      }),
      { numRuns: 200 },
    );
  });
  it("is within 2 % for 20,000 texts", () => {
    const lengths = Array.from({ length: 20_000 }, (_, i) => 5 + ((i * 7919) % 60));
    const [planned, packed] = both(lengths, { max: 64, step: 1 });
    assert.ok(Math.abs(planned / packed - 1) < 0.02, `${String(planned)}, ${String(packed)}`);
  });
});
