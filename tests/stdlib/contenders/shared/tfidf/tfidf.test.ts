/** Bag-of-words baselines compared with scikit-learn's, and a fit of many rows and columns within seconds. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  fitSingleLabelModel,
  fitLabelSetModel,
  type SingleLabelModel,
} from "#stdlib/contenders/shared/linear-labels.js";
import { fitRidge, linearOutputs, fitSoftmax } from "#stdlib/contenders/shared/tfidf/linear.js";
import { SparseBuilder, type SparseRows } from "#stdlib/contenders/shared/tfidf/sparse.js";
import { Vocabulary } from "#stdlib/contenders/shared/tfidf/vocabulary.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

interface Golden {
  readonly train: readonly string[];
  readonly asked: readonly string[];
  readonly two: readonly number[];
  readonly three: readonly number[];
  readonly sets: readonly (readonly number[])[];
  readonly scores: readonly number[];
  readonly columns: number;
  readonly cosines: readonly (readonly number[])[];
  readonly "probabilities of two": readonly (readonly number[])[];
  readonly "probabilities of three": readonly (readonly number[])[];
  readonly "probabilities of sets": readonly (readonly number[])[];
  readonly numbers: readonly number[];
  readonly "probabilities of three, C 10, balanced": readonly (readonly number[])[];
  readonly "probabilities of two, C 0.5, yes counts 3": readonly (readonly number[])[];
  readonly "probabilities of a set, C 10, balanced": readonly number[];
  readonly "numbers, alpha 0.1": readonly number[];
}
const file = fileURLToPath(new URL("../../../../../../tests/golden/oracle/tfidf.json", import.meta.url));
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

describe("tf-idf and its linear models, compared with scikit-learn", () => {
  let learnt: SparseRows;
  let asked: SparseRows;
  const vocabulary = new Vocabulary(1);
  before(async () => {
    learnt = await vocabulary.learn(golden.train.map((text) => [text]));
    asked = await vocabulary.read(golden.asked.map((text) => [text]));
  });
  const near = (found: number, wanted: number, tolerance = 1e-3): void =>
    assert.ok(Math.abs(found - wanted) < tolerance, `${String(found)} where scikit-learn says ${String(wanted)}`);
  const rows = Array.from(golden.asked.keys());

  it("have the same columns and cosines", () => {
    assert.equal(vocabulary.size, golden.columns);
    golden.cosines.forEach((row, i) => {
      row.forEach((wanted, j) => {
        near(cosine(learnt, i, asked, j), wanted, 1e-12);
      });
    });
  });
  for (const [which, labels] of [
    ["two", ["no", "yes"]],
    ["three", ["a", "b", "c"]],
  ] as const)
    it(`match for ${which} labels, and give a label without rows the probability of a label with one row`, async () => {
      const all = ["unseen", ...labels];
      const model = await fitSingleLabelModel(
        learnt,
        golden[which].map((label) => labels[label]!),
        all,
      );
      for (const row of rows) {
        const shares = Array.from(model.predict(asked, row), Math.exp);
        const rare = 1 / (golden.train.length + 1);
        near(shares[0]!, rare, 1e-7);
        golden[`probabilities of ${which}`][row]!.forEach((wanted, label) => {
          near(shares[label + 1]! / (1 - rare), wanted);
        });
      }
    });
  it("match for label sets and for numbers", async () => {
    const sets = golden.train.map((_, row) =>
      ["a", "b", "c"].filter((__, label) => golden.sets[label]![row] === 1).concat("always"),
    );
    const model = await fitLabelSetModel(learnt, sets, ["a", "b", "c", "always", "never"]);
    for (const row of rows) {
      const shares = Array.from(model.predict(asked, row), (logit) => 1 / (1 + Math.exp(-logit)));
      [0, 1, 2].forEach((label) => {
        near(shares[label]!, golden["probabilities of sets"][label]![row]!);
      });
      assert.ok(shares[3]! > 1 - 1e-6 && shares[4]! < 1e-6);
    }
    const ridge = await fitRidge(learnt, golden.scores);
    const own = new Float64Array(1);
    for (const row of rows) {
      linearOutputs(ridge, asked, row, own);
      near(own[0]!, golden.numbers[row]!);
    }
  });
  it("match with balanced labels, given label weights and another C", async () => {
    const probability = (model: SingleLabelModel, row: number): readonly number[] =>
      Array.from(model.predict(asked, row), Math.exp);
    const three = golden.three.map((label) => ["a", "b", "c"][label]!);
    const balanced = await fitSingleLabelModel(learnt, three, ["a", "b", "c"], {
      setting: { c: 10, weigh: "balanced" },
    });
    const given = await fitSingleLabelModel(
      learnt,
      golden.two.map((label) => ["no", "yes"][label]!),
      ["no", "yes"],
      {
        setting: { c: 0.5, weigh: { yes: 3 } },
      },
    );
    const sets = golden.train.map((_, row) => (golden.sets[0]![row] === 1 ? ["a"] : []));
    const each = await fitLabelSetModel(learnt, sets, ["a"], { setting: { c: 10, weigh: "balanced" } });
    const counts = new Float64Array(learnt.count).fill(10);
    const ridge = await fitRidge(learnt, golden.scores, { counts });
    const own = new Float64Array(1);
    for (const row of rows) {
      golden["probabilities of three, C 10, balanced"][row]!.forEach((wanted, label) =>
        near(probability(balanced, row)[label]!, wanted),
      );
      golden["probabilities of two, C 0.5, yes counts 3"][row]!.forEach((wanted, label) =>
        near(probability(given, row)[label]!, wanted),
      );
      near(1 / (1 + Math.exp(-each.predict(asked, row)[0]!)), golden["probabilities of a set, C 10, balanced"][row]!);
      linearOutputs(ridge, asked, row, own);
      near(own[0]!, golden["numbers, alpha 0.1"][row]!, 2e-3);
    }
  });
  it("fit 5,000 rows of 200,000 columns in seconds, and stop when interrupted", async function () {
    this.timeout(60_000);
    const built = new SparseBuilder();
    const chosen = seededRandom(7);
    const labels = new Int32Array(5_000);
    for (let row = 0; row < labels.length; row++) {
      labels[row] = drawBelow(chosen, 4);
      // Half of the words are common ones, some of which correlate with the label.
      const words = new Set(
        Array.from({ length: 30 }, (_, i) =>
          i < 15
            ? 4 * drawBelow(chosen, 500) + (i < 5 ? labels[row]! : drawBelow(chosen, 4))
            : drawBelow(chosen, 200_000),
        ),
      );
      const at = Uint32Array.from(words).sort();
      built.row(at, new Float64Array(at.length).fill(1 / Math.sqrt(at.length)));
    }
    const many = built.made(200_000);
    const begun = performance.now();
    const model = await fitSoftmax(many, labels, 4);
    const seconds = (performance.now() - begun) / 1000;
    assert.ok(seconds < 30, `${seconds.toFixed(1)} s`);
    const own = new Float64Array(4);
    const right = labels.filter((label, row) => {
      linearOutputs(model, many, row, own);
      return own.indexOf(Math.max(...own)) === label;
    });
    assert.ok(right.length > 4_500);
    await assert.rejects(fitSoftmax(many, labels, 4, { signal: AbortSignal.abort() }), { name: "AbortError" });
  });
});

function cosine(a: SparseRows, i: number, b: SparseRows, j: number): number {
  let sum = 0;
  for (let p = a.starts[i]!; p < a.starts[i + 1]!; p++)
    for (let q = b.starts[j]!; q < b.starts[j + 1]!; q++)
      if (a.columnIndexes[p] === b.columnIndexes[q]) sum += a.values[p]! * b.values[q]!;
  return sum;
}
