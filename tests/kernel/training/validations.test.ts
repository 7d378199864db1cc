/** How often a plan says that a training validates: as often as it comes due. */
import assert from "node:assert/strict";
import { validations } from "#dsl/plan/estimates.js";
import type { Call } from "#dsl/types/value.js";
import { isDue } from "#kernel/training/cadence.js";

const every = (given: Call["arguments"]): Call => ({ kind: "cadence", word: "every", arguments: given });

describe("validations of a plan", () => {
  it("are as many as come due, by steps and by epochs", () => {
    for (const perEpoch of [1, 7, 40])
      for (const steps of [1, 6, 40, 83])
        for (const given of [
          { steps: 1 },
          { steps: 10 },
          { steps: 1000 },
          { epochs: 1 },
          { epochs: 0.5 },
          { epochs: 3 },
        ]) {
          const loader = { epochsDone: (n: number) => n / perEpoch };
          const due = Array.from({ length: steps }, (_, i) => i + 1).filter((step) =>
            isDue(every(given), step, { total: steps, loader } as never),
          ).length;
          const said = validations(every(given), steps, perEpoch);
          // Several may come due within one step, which validates once.
          assert.equal(Math.min(said, steps), due, JSON.stringify({ given, steps, perEpoch }));
        }
    assert.equal(validations(null, 10, 5), 0);
  });
});
