/** Constant baselines: which one is best by which metric, where each metric has its own. */
import assert from "node:assert/strict";
import { evaluationView, type EvaluationReport } from "#kernel/display/scores/evaluation.js";
import { report } from "../examples.js";

const text = (metrics: EvaluationReport["metrics"]): string =>
  String(
    evaluationView({ ...report, metrics, constants: [{ name: "never a label", by: "the training rows" }] })[0]!.bundle[
      "text/plain"
    ],
  );
const metric = (name: string, by: string | null) => ({
  name,
  scores: [{ value: 0.7, interval: null }],
  constants: [0.5],
  constantsBy: [by],
});

describe("constant baselines in a report", () => {
  it("are listed with the metrics for which they are best", () => {
    const told = text([
      metric("f1(macro)", "always “a, b”"),
      metric("accuracy", null),
      metric("recall(macro)", "always “a, b”"),
    ]);
    assert.match(
      told,
      /\nthe best constant predictions, by the training rows: always “a, b” \(for f1\(macro\), recall\(macro\)\); never a label \(for accuracy\)(?:\n|$)/,
    );
    assert.doesNotMatch(told, /: the best answer/);
  });
  it("are merged into one if it is best for all metrics", () => {
    assert.match(text([metric("accuracy", null)]), /\nnever a label: the best constant prediction, by/);
    assert.match(text([metric("f1(macro)", "always “a”")]), /\nalways “a”: the best constant prediction, by/);
  });
});
