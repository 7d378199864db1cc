/** Metrics of numbers, label sets and entities compared with scikit-learn, scipy and seqeval. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Call } from "#dsl/language/types/value.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";

const golden = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/encoder-metrics.json", import.meta.url), "utf8"),
) as {
  readonly numbers: readonly (Record<string, number | null> & { truth: number[]; predicted: number[] })[];
  readonly sets: readonly (Record<string, number | number[]> & {
    labels: number;
    truth: number[];
    predicted: number[];
  })[];
  readonly ranked_sets: readonly (Record<"macro" | "micro" | "weighted" | "samples", number> &
    Partial<Record<`roc_auc(${"macro" | "micro" | "weighted"})`, number>> & {
      labels: number;
      truth: number[];
      probabilities: number[];
    })[];
};
const tagged = JSON.parse(
  readFileSync(new URL("../../../../tests/golden/oracle/entities.json", import.meta.url), "utf8"),
) as readonly {
  readonly truth: readonly (readonly string[])[];
  readonly predicted: readonly (readonly string[])[];
  /** Null where no entity exists: seqeval then has no macro average; Tunebook's is 0. */
  readonly bio: Readonly<Record<string, number | null>>;
  readonly iob2: Readonly<Record<string, number | null>>;
}[];
const metric = async (word: string) => (await registry.find("metric", word)!.load!()) as MetricImplementation;
const call = (word: string, given: Call["arguments"] = {}): Call => ({ kind: "metric", word, arguments: given });
const same = (got: number, want: number | null | undefined, what: string) => {
  if (want === null) return assert.ok(Number.isNaN(got), `${what}: ${got}, not defined`);
  assert.ok(want !== undefined && Math.abs(got - want) <= 1e-9, `${what}: ${got}, the oracle says ${want}`);
};

describe("task metrics compared with their oracles", () => {
  it("numbers: mean absolute error, squared error, Pearson, Spearman", async () => {
    for (const [i, c] of golden.numbers.entries()) {
      const input = { truth: Float64Array.from(c.truth), predicted: Float64Array.from(c.predicted) };
      for (const word of ["mean_absolute_error", "root_mean_squared_error", "r2", "pearson", "spearman"])
        same((await metric(word)).ofNumbers!(call(word), input), c[word], `${word} of ${i}`);
      same((await metric("loss")).ofNumbers!(call("loss"), input), c["mean_squared_error"], `loss of ${i}`);
    }
  });
  it("correlations: are undefined for constant values", async () => {
    const input = { truth: Float64Array.of(1, 2, 3), predicted: Float64Array.of(4, 4, 4) };
    for (const word of ["pearson", "spearman"])
      assert.ok(Number.isNaN((await metric(word)).ofNumbers!(call(word), input)));
  });
  it("label sets: accuracy, F1, precision and recall by every average", async () => {
    for (const [i, c] of golden.sets.entries()) {
      const labels = Array.from({ length: c.labels }, (_, l) => `label ${l}`);
      const predicted = Uint8Array.from(c.predicted);
      const input = { labels, truth: Uint8Array.from(c.truth), predicted, probabilities: Float32Array.from(predicted) };
      same(
        (await metric("accuracy")).ofLabelSets!(call("accuracy"), input),
        c["accuracy"] as number,
        `accuracy of ${i}`,
      );
      for (const word of ["f1", "precision", "recall"]) {
        const implementation = await metric(word);
        for (const average of ["macro", "micro", "weighted", "samples"]) {
          const want = c[`${word}(${average})`] as number | undefined;
          if (want === undefined) continue; // one label: scikit-learn has no averages
          same(implementation.ofLabelSets!(call(word, { average }), input), want, `${word}(${average}) of ${i}`);
        }
        (c[`${word}(of)`] as number[]).forEach((want, l) =>
          same(
            implementation.ofLabelSets!(call(word, { average: "auto", of: labels[l]! }), input),
            want,
            `${word} of label ${l}`,
          ),
        );
      }
    }
  });
  it("label sets ranked: average precision by every average", async () => {
    const { ofLabelSets } = await metric("average_precision");
    for (const [i, c] of golden.ranked_sets.entries()) {
      const labels = Array.from({ length: c.labels }, (_, l) => `label ${l}`);
      const [truth, probabilities] = [Uint8Array.from(c.truth), Float32Array.from(c.probabilities)];
      const input = { labels, truth, predicted: truth, probabilities };
      for (const average of ["macro", "micro", "weighted", "samples"] as const)
        same(ofLabelSets!(call("average_precision", { average }), input), c[average], `${average} of ${i}`);
      const { ofLabelSets: area } = await metric("roc_auc");
      for (const average of ["macro", "micro", "weighted"] as const) {
        const want = c[`roc_auc(${average})`];
        if (want !== undefined) same(area!(call("roc_auc", { average }), input), want, `roc_auc(${average}) of ${i}`);
      }
    }
    assert.ok(golden.ranked_sets.filter((c) => c["roc_auc(macro)"] !== undefined).length >= 4);
  });
  it("constant scores: count as constant even if their mean has a rounding error", async () => {
    const [r2, pearson] = [(await metric("r2")).ofNumbers!, (await metric("pearson")).ofNumbers!];
    for (const [same, count] of [
      [0.1, 10],
      [0.7, 31],
      [3.3, 100],
    ] as const) {
      const truth = new Float64Array(count).fill(same);
      const predicted = truth.map((value, i) => value + (i % 3) / 10);
      assert.equal(r2(call("r2"), { truth, predicted }), 0);
      assert.ok(Number.isNaN(pearson(call("pearson"), { truth, predicted })));
      assert.ok(Number.isNaN(pearson(call("pearson"), { truth: predicted, predicted: truth })));
    }
  });
  it("numbers: have the same r2 and Pearson at any scale", async () => {
    const [r2, pearson] = [(await metric("r2")).ofNumbers!, (await metric("pearson")).ofNumbers!];
    const input = { truth: Float64Array.of(1, 2, 4, 3), predicted: Float64Array.of(1, 3, 3, 2) };
    const near = (got: number, wanted: number): void => assert.ok(Math.abs(got - wanted) < 1e-12, `${got}, ${wanted}`);
    for (const unit of [1e300, 1e-200, 1e-310]) {
      const scaled = { truth: input.truth.map((v) => v * unit), predicted: input.predicted.map((v) => v * unit) };
      near(pearson(call("pearson"), scaled), pearson(call("pearson"), input));
      near(r2(call("r2"), scaled), 0.4);
    }
  });
  it("constant scores: r2 is 1 if all predictions are exact, else 0", async () => {
    const { ofNumbers } = await metric("r2");
    const truth = Float64Array.of(2, 2, 2);
    assert.equal(ofNumbers!(call("r2"), { truth, predicted: truth }), 1);
    assert.equal(ofNumbers!(call("r2"), { truth, predicted: Float64Array.of(2, 2, 3) }), 0);
    assert.ok(Number.isNaN(ofNumbers!(call("r2"), { truth: Float64Array.of(2), predicted: Float64Array.of(2) })));
  });
  it("entities: F1, lenient and strict", async () => {
    const implementation = await metric("entity_f1");
    for (const [i, c] of tagged.entries())
      for (const scheme of ["bio", "iob2"] as const)
        for (const average of ["micro", "macro", "weighted"])
          same(
            implementation.ofTags!(call("entity_f1", { average }), { scheme, truth: c.truth, predicted: c.predicted }),
            c[scheme][average] ?? 0,
            `entity_f1(${average}), ${scheme}, ${i}`,
          );
    for (const [i, c] of tagged.entries())
      for (const [reading, scheme, other] of [
        ["strict", "iob2", "bio"],
        ["lenient", "bio", "iob2"],
      ] as const)
        same(
          implementation.ofTags!(call("entity_f1", { average: "micro", reading }), {
            ...{ scheme: other, truth: c.truth, predicted: c.predicted },
          }),
          c[scheme]["micro"],
          `entity_f1(reading: ${reading}), ${i}`,
        );
  });
});
