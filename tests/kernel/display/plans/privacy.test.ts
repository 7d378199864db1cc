/** How privacy guarantees are displayed. */
import assert from "node:assert/strict";
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import {
  privacyMechanismText,
  guaranteeMeaningText,
  noiseToSignalRatio,
  privacyGuaranteeText,
} from "#kernel/display/plans/privacy.js";

const privacy: PrivacyPlan = {
  call: { word: "differential", kind: "privacy", arguments: {} },
  unit: "row",
  epsilon: 8,
  delta: 1e-5,
  clip: 1,
  noise: 0.913,
  rate: 0.016,
  steps: 180,
};

describe("privacy guarantee text", () => {
  it("shows noise multiplier, clip, sampling rate and number of updates", () => {
    assert.equal(privacyGuaranteeText(privacy), "ε 8 at δ 1e-5 for each row");
    assert.equal(
      privacyMechanismText(privacy),
      "noise multiplier 0.913 · clip 1 · each row is in an update with chance 1.6 % (Poisson), 180 updates",
    );
    assert.doesNotMatch(privacyMechanismText({ ...privacy, noise: 0 }), /multiplier/);
  });
  it("explains ε in a sentence", () => {
    assert.match(guaranteeMeaningText(privacy), /more than 2,981 times likelier with any one row/);
    assert.match(guaranteeMeaningText({ ...privacy, epsilon: 1 }), /more than 2\.7 times/);
    assert.match(guaranteeMeaningText({ ...privacy, epsilon: 50 }), /more than e\^50 times/);
  });

  it("compares the noise norm with the largest signal of rows or clients", () => {
    const training = { batch_size: 20, accumulate: 2 };
    const of = (one: PrivacyPlan, federated?: object): number | null =>
      noiseToSignalRatio(one, {
        recipe: { training, federated },
        estimates: { trainable: 10_000 },
      } as unknown as Parameters<typeof noiseToSignalRatio>[1]);
    const own = { ...privacy, noise: 2, steps: 25, rate: 0.5 };
    assert.equal(of(own), (2 * 100) / (40 * 5));
    const client: PrivacyPlan = { ...own, unit: "client" };
    assert.equal(of(client, { clients: null, others: [{}, {}, {}] }), (2 * 100) / (2 * 5));
    assert.equal(of(client, { clients: null, others: [], joined: 8 }), (2 * 100) / (4 * 5));
    // No ratio where the number of clients depends on a column's values, or where each client computes its own noise.
    const byColumn = { word: "by_column", kind: "partition", arguments: { column: "a" } };
    assert.equal(of(client, { clients: byColumn, others: [] }), null);
    assert.equal(of({ ...own, noise: 0 }), null);
  });
});
