/** The verdict on whether a model beats its rivals: what it says and what it does not claim. */
import assert from "node:assert/strict";
import type { ScoreDifference } from "#kernel/inference/measuring/comparison.js";
import { modelVerdictText, type RivalScore, type VerdictInput } from "#kernel/inference/measuring/verdict.js";

const accuracy: VerdictInput["metric"] = { name: "accuracy", better: "greater", perfect: 1 };
const bleu: VerdictInput["metric"] = { name: "bleu", better: "greater", perfect: 100 };
const loss: VerdictInput["metric"] = { name: "log_loss", better: "less" };
const model = { name: "router", value: 0.9, seconds: 0.01 };
/** Returns a rival as `difference` produces it: rival minus model, between `low` and `high`. */
function rival(
  name: string,
  [value, low, high]: readonly [number, number, number],
  more: Partial<RivalScore> & { readonly better?: VerdictInput["metric"]["better"] } = {},
): RivalScore {
  const { better = "greater", ...rest } = more;
  const apart = low > 0 ? 1 : high < 0 ? -1 : 0;
  const verdict = apart === 0 ? "no difference shown" : apart > 0 === (better === "greater") ? "better" : "worse";
  const difference: ScoreDifference = { value, interval: { low, high }, verdict };
  return { name, value: model.value + value, seconds: model.seconds, difference, is: "contender", ...rest };
}
const said = (metric: VerdictInput["metric"], ...rivals: readonly RivalScore[]) =>
  modelVerdictText({ metric, model, rivals });

describe("model verdict text", () => {
  for (const [what, found, wanted] of [
    [
      "one that is beaten, at a hundredth of the time",
      said(accuracy, rival("baseline(tfidf)", [-0.041, -0.063, -0.02], { seconds: 0.0001 })),
      "worth it by accuracy: router beats baseline(tfidf) by 4.1 points (2.0 … 6.3), which takes a hundredth of the time",
    ],
    [
      "several that are beaten",
      said(
        accuracy,
        rival("A", [-0.04, -0.06, -0.02]),
        rival("B", [-0.2, -0.3, -0.1], { seconds: 0.3 }),
        rival("C", [-0.3, -0.4, -0.2]),
      ),
      "worth it by accuracy: router beats A by 4.0 points (2.0 … 6.0); B by 20.0 points (10.0 … 30.0), which takes 30 × the time; and C by 30.0 points (20.0 … 40.0)",
    ],
    [
      "one that is beaten at its threshold, and ranks better",
      said(accuracy, { ...rival("A", [-0.04, -0.06, -0.02]), ranksBetter: { metric: "roc_auc" } }),
      "not shown to be worth it by accuracy: router beats A by 4.0 points (2.0 … 6.0); A is better by roc_auc, whatever the threshold",
    ],
    [
      "one that is beaten beside one that has no score",
      said(accuracy, rival("A", [-0.04, -0.06, -0.02]), rival("B", [0, 0, 0], { value: Number.NaN })),
      "not shown to be worth it by accuracy: router beats A by 4.0 points (2.0 … 6.0); B has no accuracy",
    ],
    [
      "no difference",
      said(accuracy, rival("baseline(tfidf)", [-0.004, -0.027, 0.019], { seconds: 0.001 })),
      "not shown to be worth it by accuracy: no difference shown between router and baseline(tfidf): 0.4 points (−1.9 … 2.7), and baseline(tfidf) takes a tenth of the time",
    ],
    [
      "one that is better, and quicker",
      said(accuracy, rival("baseline(tfidf)", [0.05, 0.01, 0.09], { seconds: 0.0025 })),
      "not worth it by accuracy: baseline(tfidf) beats router by 5.0 points (1.0 … 9.0), and takes a quarter of the time",
    ],
    [
      "one that is better, and slower",
      said(accuracy, rival("prompt", [0.05, 0.01, 0.09], { seconds: 1.234 })),
      "not worth it by accuracy: prompt beats router by 5.0 points (1.0 … 9.0), and takes 120 × the time",
    ],
    [
      "nothing but a constant prediction",
      said(accuracy, rival("baseline(majority)", [-0.4, -0.5, -0.3], { is: "constant", seconds: 1e-7 })),
      "better than nothing by accuracy: router beats baseline(majority) by 40.0 points (30.0 … 50.0), which takes less than a thousandth of the time",
    ],
    [
      "a constant that isn't beaten",
      said(accuracy, rival("baseline(majority)", [0, -0.1, 0.1], { is: "constant" })),
      "not shown to be worth it by accuracy: no difference shown between router and baseline(majority): 0.0 points (−10.0 … 10.0)",
    ],
    [
      "other models alone",
      said(accuracy, rival("other", [0.02, 0.01, 0.03], { is: "model", seconds: 1 })),
      "compared by accuracy: other beats router by 2.0 points (1.0 … 3.0)",
    ],
    [
      "another model beside a baseline that is beaten",
      said(accuracy, rival("other", [0.02, 0.01, 0.03], { is: "model" }), rival("A", [-0.04, -0.06, -0.02])),
      "worth it by accuracy: router beats A by 4.0 points (2.0 … 6.0); other beats router by 2.0 points (1.0 … 3.0)",
    ],
    [
      "a loss, of which less is better",
      said(loss, rival("A", [0.31, 0.2, 0.4], { better: "less" })),
      "worth it by log_loss: router beats A by 0.31 (0.2 … 0.4)",
    ],
    [
      "a loss that is worse",
      said(loss, rival("A", [-0.31, -0.4, -0.2], { better: "less" })),
      "not worth it by log_loss: A beats router by 0.31 (0.2 … 0.4)",
    ],
    [
      "scores without intervals",
      said(accuracy, rival("A", [-0.1, 0, 0], { difference: { value: -0.1, interval: null, verdict: null } })),
      "not shown to be worth it by accuracy: router has 90.0 points and A 80.0 points, with too few rows to exclude chance",
    ],
    [
      "a score of 0 to 100 that is below 1",
      said(bleu, rival("A", [-0.3, -0.4, -0.2])),
      "worth it by bleu: router beats A by 0.3 points (0.2 … 0.4)",
    ],
    [
      "a difference that is less than a tenth of a point",
      said(accuracy, rival("A", [-0.000212, -0.0004, -0.0000312])),
      "worth it by accuracy: router beats A by 0.021 points (0.0031 … 0.04)",
    ],
    [
      "what floating point leaves",
      said(accuracy, rival("A", [1e-16, -0.1, 0.1])),
      "not shown to be worth it by accuracy: no difference shown between router and A: 0.0 points (−10.0 … 10.0)",
    ],
    ["nothing beside it", said(accuracy), null],
    ["no number", said(accuracy, rival("A", [Number.NaN, 0, 0])), null],
  ] as const)
    it(`has the expected wording for ${what}`, () => assert.equal(found, wanted));
  it("uses no points for scores with a unit of their own", () => {
    const many = modelVerdictText({
      metric: { name: "r2", better: "greater" },
      model: { ...model, value: 0.5 },
      rivals: [{ ...rival("A", [-0.9, -1, -0.8]), value: -0.4 }],
    });
    assert.equal(many, "worth it by r2: router beats A by 0.9 (0.8 … 1)");
  });
});
