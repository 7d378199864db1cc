/** The worst mistakes of an evaluation. */
import assert from "node:assert/strict";
import { evaluationView } from "#kernel/display/scores/evaluation.js";
import { numberText as answer } from "#stdlib/text/numbers.js";
import { report } from "../examples.js";

describe("worst examples", () => {
  it("format all numbers alike: without separators, large ones in full", () => {
    const mistake = (row: number, truth: number, predicted: number) => ({
      row,
      text: "a house",
      truth: answer(truth),
      predicted: answer(predicted),
      probability: Math.abs(truth - predicted),
    });
    const worst = [mistake(12_345, 34_078, 5545.4), mistake(7, 1204.52, 5545.4)];
    const model = { name: "prices", labels: [], confusion: [], worst, worstBy: "error" as const };
    const text = String(evaluationView({ ...report, models: [model] }).at(-1)?.bundle["text/plain"]);
    assert.match(text, /^ *12345 +34078 +5545 +28533 +a house$/m);
    assert.match(text, /^ *7 +1205 +5545 +4341 +a house$/m);
  });
});
