/**
 * The probe and the nearest neighbours judge each row by the other rows, exactly as if they were fitted without it.
 */
import assert from "node:assert/strict";
import { labelProbabilitiesFromNeighbours } from "#kernel/data/judging/neighbours.js";
import { labelProbabilitiesFromProbe } from "#kernel/data/judging/judges.js";
import { accuracyOf, restart, rowsOf, uniform } from "./rows.js";

describe("label probe", () => {
  beforeEach(restart);
  it("ignores the row that it judges", () => {
    const { vectors, labels } = rowsOf([12, 12], 4, 1);
    const chances = labelProbabilitiesFromProbe(vectors, labels, 2);
    // Changing a row's label hardly changes its prediction, as only the other rows count.
    const turned = labels.slice();
    turned[5] = 1;
    const other = labelProbabilitiesFromProbe(vectors, turned, 2);
    assert.ok(Math.abs(chances[10]! - other[10]!) < 0.12, `${String(chances[10])} and ${String(other[10])}`);
    for (let row = 0; row < labels.length; row++)
      assert.ok(Math.abs(chances[2 * row]! + chances[2 * row + 1]! - 1) < 1e-5);
  });
  it("predicts at chance level for random labels", () => {
    const { vectors } = rowsOf([200], 16, 1);
    const labels = Int32Array.from(vectors, () => (uniform() < 0.5 ? 0 : 1));
    const accuracy = accuracyOf(labelProbabilitiesFromProbe(vectors, labels, 2), labels);
    assert.ok(accuracy > 0.35 && accuracy < 0.65, String(accuracy));
  });
  it("supports more features than rows, and constant features", () => {
    const { vectors, labels } = rowsOf([8, 8], 40, 2);
    for (const vector of vectors) vector[3] = 1;
    assert.ok(accuracyOf(labelProbabilitiesFromProbe(vectors, labels, 2), labels) > 0.9);
  });
});

describe("nearest neighbours of a row", () => {
  beforeEach(restart);
  it("give label probabilities without using the row's own label", () => {
    const { vectors, labels } = rowsOf([40, 60], 8, 3);
    labels[5] = 1;
    const chances = labelProbabilitiesFromNeighbours(vectors, labels, 2)!;
    for (let row = 0; row < labels.length; row++)
      assert.ok(Math.abs(chances[2 * row]! + chances[2 * row + 1]! - 1) < 1e-5);
    assert.ok(chances[11]! < 0.01, `its own label of the turned row: ${String(chances[11])}`);
    assert.ok(chances[0]! > 0.85 && chances[199]! > 0.85);
  });
  it("are sampled deterministically if there are too many rows", () => {
    const { vectors, labels } = rowsOf([2500, 2500], 8, 2);
    const chances = labelProbabilitiesFromNeighbours(vectors, labels, 2)!;
    assert.deepEqual(labelProbabilitiesFromNeighbours(vectors, labels, 2), chances);
    assert.ok(accuracyOf(chances, labels) > 0.95);
    assert.equal(
      labelProbabilitiesFromNeighbours(new Array<Float32Array>(10_001).fill(vectors[0]!), new Int32Array(10_001), 2),
      null,
    );
  });
});
