/**
 * Correction for choosing the best of many validations on the same rows: no claim for random labels, and the gain for a
 * real gain.
 */
import assert from "node:assert/strict";
import type { ScoredCandidateDifference } from "#kernel/study/auto/auto.js";
import { correctForSelection, scoreLookCount } from "#kernel/study/auto/selection-bias.js";
import { scoreDifference, type ResampledScore } from "#kernel/inference/measuring/comparison.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";

/** Returns an accuracy score from right or wrong answers per row. */
function answered(right: readonly boolean[]): ResampledScore {
  const score = (drawn: Uint32Array): number => drawn.reduce((sum, row) => sum + Number(right[row]), 0) / drawn.length;
  const value = right.filter(Boolean).length / right.length;
  const resampling = { unit: "row", units: right.length, single: true, score } as const;
  const call = { word: "accuracy", kind: "metric", arguments: {} } as const;
  return {
    measure: { name: "accuracy", call, value, better: "greater", share: true, resampling },
    score: { value, interval: null, by: null, resamples: 0 },
    scores: [],
  };
}
interface Study {
  readonly rows: number;
  readonly trials: number;
  readonly epochs: number;
  /** Accuracies of the baseline and of the trials. */
  readonly baseline: number;
  readonly skill: number;
}
/**
 * Counts the studies in which the best epoch of the best trial is claimed to beat the baseline, without and with the
 * correction.
 */
function claims({ rows, trials, epochs, baseline, skill }: Study, studies: number) {
  const generator = seededRandom(7);
  const random = (): number => drawBelow(generator, 2 ** 30) / 2 ** 30;
  const each = <T>(make: () => T): T[] => Array.from({ length: rows }, make);
  let [plain, corrected] = [0, 0];
  for (let study = 0; study < studies; study++) {
    const usual = each(() => random() < baseline);
    let best: readonly boolean[] = [];
    let most = -1;
    for (let trial = 0; trial < trials; trial++) {
      let own = each(() => random() < skill);
      for (let epoch = 0; epoch < epochs; epoch++) {
        // Each epoch changes a few answers.
        own = own.map((is) => (random() < 0.1 ? random() < skill : is));
        const right = own.filter(Boolean).length;
        if (right > most) [best, most] = [own, right];
      }
    }
    const { value, interval, verdict: said } = scoreDifference(answered(usual), answered(best));
    const verdict = said === "differs" ? null : said;
    const found = { name: "b", difference: value, low: interval!.low, high: interval!.high, verdict };
    plain += Number(found.verdict === "better");
    const chosen = correctForSelection(found, { looks: trials * epochs, better: "greater" });
    corrected += Number(chosen.verdict === "better");
  }
  return { plain: plain / studies, corrected: corrected / studies };
}

describe("selection-corrected best score", () => {
  it("beats nothing on random labels, with many trials or many epochs", () => {
    for (const [trials, epochs] of [
      [8, 20],
      [1, 20],
      [8, 1],
    ] as const) {
      const { plain, corrected } = claims({ rows: 40, trials, epochs, baseline: 0.5, skill: 0.5 }, 200);
      assert.ok(plain > 0.05, `${String(trials)} × ${String(epochs)}: ${String(plain)} without a correction`);
      assert.ok(corrected <= 0.05, `${String(trials)} × ${String(epochs)}: ${String(corrected)}`);
    }
  });
  it("still beats a clearly weaker baseline", () => {
    const { corrected } = claims({ rows: 150, trials: 8, epochs: 20, baseline: 0.7, skill: 0.85 }, 60);
    assert.ok(corrected > 0.8, String(corrected));
  });
  it("widens the interval only on the flattering side, in the metric's direction", () => {
    const of = (difference: number, verdict: ScoredCandidateDifference["verdict"]): ScoredCandidateDifference => ({
      name: "b",
      difference,
      low: difference - 0.1,
      high: difference + 0.1,
      verdict,
    });
    const more = correctForSelection(of(0.15, "better"), { looks: 160, better: "greater" });
    assert.deepEqual([more.verdict, more.chosen, more.high], ["no difference shown", true, 0.25]);
    assert.ok(more.low! > -0.05 && more.low! < -0.03, String(more.low));
    const less = correctForSelection(of(-0.15, "better"), { looks: 160, better: "less" });
    assert.deepEqual([less.verdict, less.chosen, less.low], ["no difference shown", true, -0.25]);
    assert.equal(correctForSelection(of(0.3, "better"), { looks: 160, better: "greater" }).verdict, "better");
    // A model chosen on these rows that is still worse on them needs no correction.
    assert.equal(correctForSelection(of(-0.15, "worse"), { looks: 160, better: "greater" }).verdict, "worse");
    assert.deepEqual(correctForSelection(of(0.15, "better"), { looks: 1, better: "greater" }), of(0.15, "better"));
  });
  it("counts all validations if the best weights are saved", () => {
    const reports = [1, 2, 3].map((step) => ({ step, score: 0.5 }));
    const trials = [{ score: 0.5, reports }, { score: 0.4 }, { score: null, reports: [] }];
    assert.equal(scoreLookCount(trials, { keepsBest: true }), 4);
    assert.equal(scoreLookCount(trials, { keepsBest: false }), 2);
  });
});
