/** The head that is folded out of a linear model over standardized features gives that model's predictions. */
import assert from "node:assert/strict";
import { fitExactHead } from "#stdlib/contenders/shared/exact-head.js";
import { denseToSparseRows, chooseFeatureScale, fitStandardization } from "#stdlib/contenders/shared/dense-features.js";
import { fitSingleLabelModel } from "#stdlib/contenders/shared/linear-labels.js";

/** Draws features around a separate centre for each label. The last feature is the same in all rows. */
function drawn(rows: number, labels: readonly string[]) {
  let state = 7;
  const share = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  const found = Array.from({ length: rows }, (_, i) => labels[(i * 3) % labels.length]!);
  const features = found.map((label) =>
    Float32Array.from([
      ...Array.from({ length: 6 }, (_, j) => share() + (labels.indexOf(label) === j ? 0.6 : 0) + 3 * j),
      2,
    ]),
  );
  return { found, features };
}

describe("exact linear head", () => {
  for (const [rows, present, labels] of [
    [90, ["a", "b"], ["a", "b"]],
    [90, ["a", "b", "c"], ["a", "b", "c"]],
    [20, ["b", "c"], ["a", "b", "c"]],
    [12, ["a"], ["a"]],
  ] as const)
    it(`matches the linear model for ${String(rows)} rows of ${present.join("")} (of ${labels.join("")})`, async () => {
      const { found, features } = drawn(rows, present);
      const { weight, bias } = await fitExactHead(features, found, { labels });
      const wide = features.map((one) => Float64Array.from(one));
      const { standard } = fitStandardization(wide);
      const scale = await chooseFeatureScale({ labels }, wide.map(standard), (role) =>
        role === "label" ? found : null,
      );
      const dense = denseToSparseRows(wide.map(standard), scale);
      const model = await fitSingleLabelModel(dense, found, labels);
      const unseen: number[] = [];
      features.forEach((row, i) => {
        const own = labels.map((_, l) => row.reduce((sum, x, j) => sum + x * weight[l * row.length + j]!, bias[l]!));
        const said = model.predict(dense, i);
        // Softmax depends only on differences of logits. For a label without rows, only its mean log-probability is
        // compared.
        const shown = labels.flatMap((label, l) => (present.includes(label as never) ? [l] : []));
        for (const l of shown)
          assert.ok(
            Math.abs(own[l]! - own[shown[0]!]! - (said[l]! - said[shown[0]!]!)) < 1e-4,
            `${String(i)}: ${String(l)}`,
          );
        if (shown.length < labels.length)
          unseen.push(own[0]! - Math.log(shown.reduce((sum, l) => sum + Math.exp(own[l]!), 0)));
      });
      const rare = Math.log(1 / (rows + labels.length - present.length));
      if (unseen.length > 0) assert.ok(Math.abs(unseen.reduce((a, b) => a + b, 0) / rows - rare) < 0.1);
    });
});
