/** `out_of_reach` on random curves: it meets its stated confidence and saves steps. */
import assert from "node:assert/strict";
import type { StudyTrial } from "#stdlib/searches/kind.js";
import { seededRandom, type RandomSource } from "#stdlib/statistics/chance.js";
import { outOfReach } from "#stdlib/pruners/out_of_reach.js";

const REPORTS = 8;
const unit = (from: RandomSource): number => ((from.next() >>> 0) + 0.5) / 2 ** 32;
const normal = (from: RandomSource): number =>
  Math.sqrt(-2 * Math.log(unit(from))) * Math.cos(2 * Math.PI * unit(from));
const call = { word: "out_of_reach", kind: "pruner", arguments: { confidence: { share: 0.95 }, startup: 5 } };

/** Draws a power law with noise. */
function curve(from: RandomSource, noise: number): readonly number[] {
  const [end, rise, fast] = [0.5 + 0.4 * unit(from), 0.03 + 0.1 * unit(from), 0.3 + 1.2 * unit(from)];
  return Array.from(
    { length: REPORTS },
    (_, i) => end - rise * (((i + 1) / REPORTS) ** -fast - 1) + noise * normal(from),
  );
}

interface Sweep {
  readonly better: number;
  readonly lost: number;
  readonly saved: number;
}
/**
 * Counts, among the trials after the startup, those that would have been the best and those of them that were pruned.
 * Also returns the steps saved.
 */
function sweep(seed: number, noise: number): Sweep {
  const from = seededRandom(seed, 5);
  const trials: StudyTrial[] = [];
  let [top, better, lost, saved] = [-Infinity, 0, 0, 0];
  for (let number = 1; number <= 25; number++) {
    const scores = curve(from, noise);
    const reports = scores.map((score, i) => ({ step: 10 * (i + 1), score }));
    const at = { number, point: {}, violation: 0 };
    const given = reports.findIndex((_, i) => {
      const trial: StudyTrial = { ...at, state: "running", scores: null, reports: reports.slice(0, i + 1) };
      const study = { dimensions: [], objectives: 1, seed: 1, trials, wanted: null, allows: () => true };
      return outOfReach.prunes(call, study, trial, 10 * REPORTS) !== null;
    });
    const end = scores.at(-1)!;
    if (trials.length >= 5 && end > top) better++;
    if (given < 0) {
      trials.push({ ...at, state: "done", scores: [end], reports });
      top = Math.max(top, end);
    } else {
      saved += REPORTS - 1 - given;
      if (end > top) lost++;
      trials.push({ ...at, state: "pruned", scores: null, reports: reports.slice(0, given + 1) });
    }
  }
  return { better, lost, saved: saved / (25 * REPORTS) };
}

describe("pruner out_of_reach", () => {
  for (const noise of [0.003, 0.03])
    it(`rarely prunes a trial that would become the best at noise ${noise}, and saves a fifth of all steps`, () => {
      const sweeps = Array.from({ length: 80 }, (_, seed) => sweep(seed, noise));
      const sum = (of: (one: Sweep) => number): number => sweeps.reduce((all, one) => all + of(one), 0);
      assert.ok(sum(({ better }) => better) > 80);
      const lost = sum((one) => one.lost) / sum((one) => one.better);
      const saved = sum((one) => one.saved) / sweeps.length;
      // The stated error is one in twenty; with so few draws, chance adds to it.
      assert.ok(lost <= 0.08 && saved >= 0.2, `${lost} lost, ${saved} saved`);
    });

  it("does not prune a trial that was once above the best, whose best weights may be saved", () => {
    const rows = [0.6, 0.61, 0.62, 0.63, 0.64, 0.64, 0.64, 0.65];
    const reports = (scores: readonly number[]) => scores.map((score, i) => ({ step: 10 * (i + 1), score }));
    const trials = [1, 2, 3, 4, 5, 6].map((number): StudyTrial => ({
      ...{ number, point: {}, violation: 0, state: "done", scores: [0.65 + number / 1000] },
      reports: reports(rows.map((score) => score + number / 1000)),
    }));
    const study = { dimensions: [], objectives: 1, seed: 1, trials, wanted: null, allows: () => true };
    const told = (scores: readonly number[]): string | null =>
      outOfReach.prunes(
        call,
        study,
        { number: 7, point: {}, violation: 0, state: "running", scores: null, reports: reports(scores) },
        80,
      );
    assert.equal(told([0.7, 0.3, 0.2]), null);
    assert.match(told([0.3, 0.3, 0.2]) ?? "", /^trial 7 at step 30: 0\.2, at most 0\.\d+ at its end \(95 % sure by 6/);
  });
});
