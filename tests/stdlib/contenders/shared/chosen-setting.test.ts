/**
 * Settings of a baseline, chosen by cross-validation: the rows of each fold, the rows that each model has seen, and
 * when nothing is chosen.
 */
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { chooseLinearModelSetting, foldOfEachRow } from "#stdlib/contenders/shared/chosen-setting.js";
import { SparseBuilder } from "#stdlib/contenders/shared/tfidf/sparse.js";
import { argmax } from "#stdlib/statistics/argmax.js";

const FOLDS = 5;

describe("cross-validation folds", () => {
  const labelled = fc.array(fc.constantFrom(..."abc"), { minLength: 1, maxLength: 60 });
  it("contain each label equally often, to within one row", () =>
    fc.assert(
      fc.property(labelled, (labels) => {
        const fold = foldOfEachRow(labels.length, FOLDS, (role) => (role === "label" ? labels : null));
        for (const label of new Set(labels)) {
          const counts = new Array<number>(FOLDS).fill(0);
          labels.forEach((own, row) => (counts[fold[row]!]! += Number(own === label)));
          assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, `${label}: ${counts.join()}`);
        }
      }),
    ));
  it("keep the rows of a group together", () =>
    fc.assert(
      fc.property(labelled, (groups) => {
        const fold = foldOfEachRow(groups.length, FOLDS, (role) => (role === "group" ? groups : null));
        for (const [row, group] of groups.entries()) assert.equal(fold[row], fold[groups.indexOf(group)]);
      }),
    ));
});

describe("setting of a baseline", () => {
  /** Rows with one feature that no other row has, and with one for their label if `told`. */
  function rows(count: number, told: boolean) {
    const built = new SparseBuilder();
    const labels = Array.from({ length: count }, (_, row) => (row % 5 < 2 ? "yes" : "no"));
    for (const [row, label] of labels.entries()) {
      const at = told ? [label === "yes" ? 0 : 1, 2 + row] : [2 + row];
      built.row(Uint32Array.from(at), new Float64Array(at.length).fill(1 / Math.sqrt(at.length)));
    }
    return { learnt: built.made(count + 2), labels };
  }
  async function chosen(count: number, told: boolean, score?: () => number) {
    const { learnt, labels } = rows(count, told);
    const accuracies: number[] = [];
    const accuracy = (said: readonly Float32Array[]): number => {
      const right = said.filter((one, row) => ["no", "yes"][argmax(one)] === labels[row]).length / count;
      accuracies.push(right);
      return right;
    };
    const found = await chooseLinearModelSetting({
      learning: { labels: ["no", "yes"] },
      task: { word: "text_classification", kind: "task", arguments: {} },
      ...{ learnt, evaluated: learnt, values: (role) => (role === "label" ? labels : null) },
      choosing: {
        ...{ from: "train", metric: "accuracy", rows: { count, values: () => undefined } },
        score: (said) => Promise.resolve(score ? score() : accuracy(said)),
      },
    });
    return { found, accuracies };
  }

  it("is scored by models that have not seen the row, so memorized rows do not help", async () => {
    const { accuracies } = await chosen(60, false);
    assert.ok(accuracies.length === 6 && accuracies.every((one) => one <= 0.6), accuracies.join());
  });
  it("is scored correctly if labels alternate", async () => {
    const { accuracies } = await chosen(60, true);
    assert.ok(
      accuracies.every((one) => one === 1),
      accuracies.join(),
    );
  });
  it("is not chosen if all scores are equal or undefined, and the description says so", async () => {
    for (const score of [() => 0.5, () => Number.NaN]) {
      const { found } = await chosen(20, true, score);
      assert.deepEqual(found.setting, { c: 1, weigh: "none" });
      assert.match(found.what, /not chosen/);
    }
  });
  it("is the first of the best, and the description says of how many", async () => {
    let asked = 0;
    const { found } = await chosen(20, true, () => [0.1, 0.4, 0.2, 0.4, 0.3, 0][asked++]!);
    assert.deepEqual(found.setting, { c: 10, weigh: "none" });
    assert.match(found.what, /^C 10, chosen of 6 settings by accuracy by 5 folds of train$/);
  });
});
