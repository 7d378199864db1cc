import assert from "node:assert/strict";
import { formatDistinguishableNumbers, type ComparedScores } from "#kernel/deployments/proof.js";
import { scoreDifferenceText, scoresConfirmAgreement, scoresText } from "#kernel/deployments/score-agreement.js";

const scored = (agree: number, deployed: number, o: { rows?: number; worse?: boolean } = {}): ComparedScores => ({
  ...{ rows: o.rows ?? 200, dataHash: "", on: "tickets.test", labels: { of: o.rows ?? 200, agree } },
  metrics: {
    accuracy: { notebook: 0.9, deployed, low: -1, high: 1, ...((o.worse ?? true) && { worse: true as const }) },
  },
});
const measured = (deployed: number, worse: boolean): ComparedScores => ({
  ...{ rows: 30, dataHash: "", on: "stars.test" },
  metrics: {
    mean_absolute_error: {
      notebook: 2.0007,
      deployed,
      low: 0.001,
      high: 0.004,
      ...(worse && { worse: true as const }),
    },
  },
});
const [rounded, equal] = [{ tolerance: null }, { tolerance: 1e-4 }];

describe("rows scored in deployment and notebook", () => {
  it("contradict a model whose labels differ and whose score drops", () => {
    assert.match(
      scoreDifferenceText(scored(100, 0.6), rounded)!,
      /^100 of 200 labels .* accuracy is 0\.600 .*\b0\.900\b/,
    );
    assert.match(scoreDifferenceText(scored(190, 0.86), equal)!, /accuracy/);
  });
  it("give no verdict for a few rounded labels, an unchanged score or few rows", () => {
    assert.equal(scoreDifferenceText(scored(190, 0.86), rounded), null);
    assert.equal(scoreDifferenceText(scored(100, 0.9, { worse: false }), rounded), null);
    assert.equal(scoreDifferenceText(scored(2, 0.1, { rows: 20 }), rounded), null);
  });
  it("of numbers contradict a significantly worse score, never a better one", () => {
    assert.equal(scoreDifferenceText(measured(2.00314, true), rounded), null);
    assert.equal(scoreDifferenceText(measured(2.00314, true), equal), null);
    assert.equal(scoreDifferenceText(measured(1.2, false), rounded), null);
    assert.match(scoreDifferenceText(measured(2.05, true), equal)!, /^its mean_absolute_error is 2\.05 .*\b2\.00\b/);
    assert.match(scoreDifferenceText(measured(2.5, true), rounded)!, /2\.50/);
  });
  it("confirm a quantized model with the same labels and scores, but not from few rows", () => {
    assert.equal(scoresConfirmAgreement(scored(170, 0.89, { worse: false }), rounded), true);
    assert.equal(scoresConfirmAgreement(scored(140, 0.89, { worse: false }), rounded), false);
    assert.equal(scoresConfirmAgreement(scored(170, 0.7), rounded), false);
    assert.equal(scoresConfirmAgreement(scored(200, 0.9, { worse: false }), equal), false);
    assert.equal(scoresConfirmAgreement(scored(20, 0.9, { rows: 20, worse: false }), rounded), false);
    assert.equal(scoresConfirmAgreement({ ...scored(200, 0.9), metrics: {} }, rounded), false);
  });
  it("are reported with enough digits to distinguish two scores", () => {
    assert.deepEqual(formatDistinguishableNumbers(2.0007, 2.00314), ["2.001", "2.003"]);
    assert.deepEqual(formatDistinguishableNumbers(0.5, 0.5), ["0.500", "0.500"]);
    assert.equal(
      scoresText(measured(2.00314, true)),
      "30 rows of stars.test: mean_absolute_error 2.003 (2.001 in the notebook)",
    );
  });
});
