/** Data of evaluation pictures: bounded in size, and with distinguishable points where possible. */
import assert from "node:assert/strict";
import { evaluationView } from "#kernel/display/scores/evaluation.js";
import { evaluationPicturesFigure, evaluationPicturesView } from "#kernel/display/scores/pictures.js";
import { equalSizeBins, evaluationPictures } from "#kernel/inference/measuring/pictures.js";
import { uncertainPredictions } from "#kernel/inference/measuring/uncertain.js";
import { word as rocAuc } from "#stdlib/metrics/roc_auc.js";
import { numbersPictured, pictured, report } from "../../display/examples.js";

const labelsOf = (n: number): readonly string[] => Array.from({ length: n }, (_, l) => `label ${String(l)}`);
const one = (o: { readonly labels: number; readonly rows: number; readonly skill?: number }) => {
  const { outcome, lengths } = pictured({ skill: 2, ...o, labels: labelsOf(o.labels) });
  return evaluationPictures("data.test", [{ name: "router", outcome }], lengths)!;
};

describe("evaluation figures", () => {
  it("report the same areas as the metrics", async () => {
    const implementation = await rocAuc.load!();
    for (const labels of [2, 5]) {
      const { outcome } = pictured({ labels: labelsOf(labels), rows: 400, skill: 1 });
      const call = { word: "roc_auc", kind: "metric", arguments: { average: "macro" } } as const;
      const area = evaluationPictures("on", [{ name: "m", outcome }], undefined)?.rankings?.lines[0]?.area;
      assert.ok(Math.abs(area! - implementation.compute!(call, outcome.input)) < 1e-12);
    }
  });

  it("show the mean and the three worst labels of many", () => {
    const { rankings } = one({ labels: 9, rows: 900 });
    const areas = rankings!.lines.slice(1).map(({ area }) => area);
    assert.equal(rankings!.lines.length, 4);
    assert.equal(rankings!.lines[0]!.name, "mean of 9 labels");
    assert.deepEqual(
      areas,
      areas.toSorted((a, b) => a - b),
    );
  });

  it("stay below 120 kB for any number of rows and labels", () => {
    for (const o of [
      { labels: 2, rows: 100_000 },
      { labels: 1000, rows: 3000 },
    ]) {
      const size = JSON.stringify(evaluationPicturesView(one(o)).bundle).length;
      assert.ok(size < 120_000, `${String(size)} bytes of ${JSON.stringify(o)}`);
    }
    const { outcome, lengths } = numbersPictured(100_000);
    const numbers = evaluationPicturesView(evaluationPictures("on", [{ name: "m", outcome }], lengths)!);
    assert.ok(JSON.stringify(numbers.bundle).length < 120_000);
  });

  it("are absent without anything to plot", () => {
    const { outcome } = pictured({ labels: ["a", "b"], rows: 1, skill: 2 });
    assert.equal(evaluationPictures("on", [{ name: "m", outcome }], undefined), null);
    assert.equal(evaluationPictures("on", [], undefined), null);
    const { rankings, lengths } = one({ labels: 3, rows: 30 });
    assert.ok(rankings);
    assert.equal(lengths, null);
  });

  it("show models evaluated together in the same figures, at most four", () => {
    const models = Array.from({ length: 6 }, (_, i) => ({
      ...{ name: `m${String(i)}` },
      outcome: pictured({ labels: ["a", "b"], rows: 200, skill: i }).outcome,
    }));
    const pictures = evaluationPictures("on", models, undefined)!;
    assert.equal(pictures.left, 2);
    const names = evaluationPicturesFigure(pictures).data.flatMap(({ showlegend, name }) =>
      showlegend === true ? [name] : [],
    );
    assert.equal(names.length, 4);
    assert.match(String(names[3]), /^m3: AUC [01]\.\d{3}, AP [01]\.\d{3}, ECE 0\.\d{3}$/);
    const three = models.map(({ name }, skill) => ({
      ...{ name, outcome: pictured({ labels: ["a", "b", "c"], rows: 200, skill }).outcome },
    }));
    const words = String(evaluationPicturesView(evaluationPictures("on", three, undefined)!).bundle["text/plain"]);
    assert.match(words, /^AUC and AP are means over 3 labels$/m);
    assert.match(JSON.stringify(evaluationPicturesFigure(pictures).layout), /true positive rate, “b”/);
    assert.match(String(evaluationPicturesView(pictures).bundle["text/plain"]), /^AUC and AP are of “b”$/m);
    assert.match(String(evaluationPicturesView(pictures).bundle["text/plain"]), /and 2 models more/);
  });

  it("follow the scores in the output", () => {
    const shown = evaluationView({ ...report, pictures: one({ labels: 3, rows: 90 }) });
    assert.match(String(shown[1]?.bundle["text/plain"]), /^Curves on data\.test/);
    assert.deepEqual(evaluationView({ ...report, pictures: null }), evaluationView(report));
  });
});

describe("even bins of a numeric column", () => {
  it("keep equal values together and hold the minimum number of rows", () => {
    const values = [...Array<number>(50).fill(3), ...Array.from({ length: 150 }, (_, i) => 10 + i)];
    const bins = equalSizeBins(values, { bins: 4, fewest: 20 });
    assert.deepEqual(
      bins.map(({ from, to, rows }) => [from, to, rows.length]),
      [
        [3, 3, 50],
        [10, 59, 50],
        [60, 109, 50],
        [110, 159, 50],
      ],
    );
    assert.deepEqual(
      equalSizeBins(
        values.map(() => 7),
        { bins: 4, fewest: 20 },
      ).length,
      1,
    );
    assert.deepEqual(equalSizeBins([1, 2, 3], { bins: 4, fewest: 20 }), []);
    const few = equalSizeBins(values.slice(0, 70), { bins: 4, fewest: 20 });
    assert.ok(few.every(({ rows }) => rows.length >= 20));
  });
});

describe("most uncertain rows", () => {
  it("have the smallest gap between their two likeliest labels", () => {
    const probabilities = Float32Array.of(0.5, 0.3, 0.2, 0.4, 0.35, 0.25, 0.1, 0.45, 0.45);
    const input = {
      labels: ["a", "b", "c"],
      truth: Int32Array.of(0, 1, 0),
      predicted: Int32Array.of(0, 0, 1),
      probabilities,
    };
    assert.deepEqual(
      uncertainPredictions({ kind: "label", input }, 2).map(({ row, truth, between }) => [
        row,
        truth,
        between.map((b) => b.label),
      ]),
      [
        [2, "a", ["b", "c"]],
        [1, "b", ["a", "b"]],
      ],
    );
  });

  it("are those closest to the threshold in multi-label data", () => {
    const input = {
      labels: ["a", "b"],
      truth: Uint8Array.of(1, 0, 0, 0),
      predicted: Uint8Array.of(1, 0, 1, 0),
      probabilities: Float32Array.of(0.9, 0.1, 0.5, 0.29),
    };
    assert.deepEqual(
      uncertainPredictions({ kind: "label_set", input, least: 0.3 }, 5).map(({ row, truth, between }) => [
        row,
        truth,
        between[0]?.label,
      ]),
      [
        [1, "none", "b"],
        [0, "a", "b"],
      ],
    );
    assert.deepEqual(uncertainPredictions(undefined, 5), []);
  });
});
