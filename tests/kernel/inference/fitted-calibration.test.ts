/** Predictions with fitted calibration and thresholds, and the texts requested for them. */
import assert from "node:assert/strict";
import { table } from "arquero";
import type { PreparedData } from "#kernel/data/prepared.js";
import { predictedLabelIndex } from "#kernel/inference/fitted-calibration.js";
import { promptTextsAndTargets } from "#kernel/inference/reference-texts.js";
import { calibrationError } from "#stdlib/metrics/calibration_error.run.js";
import { reliabilityOfTopLabels } from "#stdlib/metrics/shared/reliability.js";

const labels = ["no", "yes"];

describe("prediction by a fitted threshold", () => {
  // yes has a probability of 0.3
  const logits = Float32Array.of(Math.log(0.7), Math.log(0.3));
  it("is the label used for word explanations", () => {
    assert.equal(predictedLabelIndex(logits, { labels, one: true }), 0);
    assert.equal(predictedLabelIndex(logits, { labels, one: true, fitted: { thresholds: { yes: 0.2 } } }), 1);
    assert.equal(predictedLabelIndex(logits, { labels, one: true, fitted: { thresholds: { yes: 0.4 } } }), 0);
    // With a temperature of 10 the probability of yes is 0.48.
    const both = { temperature: 10, thresholds: { yes: 0.4 } };
    assert.equal(predictedLabelIndex(logits, { labels, one: true, fitted: both }), 1);
    assert.equal(predictedLabelIndex(logits, { labels, one: false, fitted: { thresholds: { yes: 0.2 } } }), 0);
  });
  it("does not affect calibration, which uses the most probable label", () => {
    const input = {
      ...{ labels, truth: Int32Array.of(0, 0), predicted: Int32Array.of(1, 1) },
      probabilities: Float32Array.of(0.7, 0.3, 0.9, 0.1),
    };
    const error = calibrationError.compute!(
      { kind: "metric", word: "calibration_error", arguments: { bins: 10 } },
      input,
    );
    assert.ok(Math.abs(error - (0.3 + 0.1) / 2) < 1e-6, String(error));
    assert.ok(Math.abs(reliabilityOfTopLabels(input, 10).error - error) < 1e-6);
  });
});

describe("targets of a baseline", () => {
  it("include the requests, for judge metrics", () => {
    const test = table({ input: ["Total of this mail?", "And this?"], target: ["3 €", "none"] });
    const prepared = { splits: { test } } as unknown as PreparedData;
    assert.deepEqual(promptTextsAndTargets(prepared, "test"), {
      targets: ["3 €", "none"],
      asked: ["Total of this mail?", "And this?"],
    });
  });
});
