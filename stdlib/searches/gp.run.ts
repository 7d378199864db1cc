/**
 * Bayesian optimization: a Gaussian process is fitted for each trial, so that its suggestion depends on the study
 * alone.
 */
import type { SearchPoint, SearchImplementation, Study, StudyTrial } from "./kind.js";
import { drawNewPoint, randomNumbersForTrial } from "./shared/random-points.js";
import { mostPromisingPoint } from "./shared/gp/best.js";
import { fitProcess } from "./shared/gp/fit.js";
import { predictProcess, gaussianProcessOf, type GaussianProcess } from "./shared/gp/process.js";
import { rowOfPoint } from "./shared/gp/rows.js";
import { nthSobolSearchPoint } from "./shared/sobol/sequence.js";
import { triedPointTest } from "./shared/tried-points.js";

/** Maximum number of scores to fit: the best and the newest. */
const MOST = 200;

export const gp: SearchImplementation = {
  suggest(call, study, number) {
    const share = randomNumbersForTrial(study.seed, number);
    const scored = scoredOf(study);
    if (scored.length < Math.max(2, Number(call.arguments["startup"]))) return firstOf(study, number, share);
    const { process, best } = learntFrom(study, scored);
    const from = scored.toSorted((a, b) => b.score - a.score).slice(0, 2);
    const climbed = from.map(({ point }) => point);
    const found = mostPromisingPoint({ study, process, best, from: climbed, isTried: triedPointTest(study), share });
    return found ?? drawNewPoint(study, share);
  },
};

/**
 * Returns a start point: the values of the definitions, then a Sobol sequence, because the process knows nothing of
 * areas that random draws leave empty.
 */
function firstOf(study: Study, number: number, share: () => number): SearchPoint | null {
  if (study.first !== undefined && study.trials.length === 0) return study.first;
  const even = nthSobolSearchPoint(study, number);
  return even && !triedPointTest(study)(even) ? even : drawNewPoint(study, share);
}

interface Scored {
  readonly point: SearchPoint;
  readonly score: number;
  /** True if the trial is complete and violates no requirement. */
  readonly counts: boolean;
}

/**
 * Returns the score to fit per trial. Failed trials and those that violate a requirement get the worst score; pruned
 * trials get their last score, at most the median.
 */
function scoredOf({ trials }: Study): readonly Scored[] {
  const done = trials.flatMap((trial) => {
    const score = trial.scores?.[0] ?? Number.NaN;
    return trial.state === "done" && Number.isFinite(score) ? [{ trial, score }] : [];
  });
  if (done.length === 0) return [];
  const sorted = done.map(({ score }) => score).toSorted((a, b) => a - b);
  const [worst, middle] = [sorted[0]!, sorted[(sorted.length - 1) >> 1]!];
  const scoreOf = (trial: StudyTrial): number | null => {
    if (trial.state === "running") return null;
    if (trial.violation > 0 || trial.state === "failed") return worst;
    const ownScore = trial.state === "done" ? (trial.scores?.[0] ?? Number.NaN) : lastScore(trial);
    if (!Number.isFinite(ownScore)) return worst;
    return trial.state === "done" ? ownScore : Math.min(ownScore, middle);
  };
  const usable = trials.flatMap((trial): Scored[] => {
    const score = scoreOf(trial);
    const counts = trial.state === "done" && !(trial.violation > 0);
    return score === null ? [] : [{ point: trial.point, score, counts }];
  });
  if (usable.length <= MOST) return usable;
  const bar = usable.map(({ score }) => score).toSorted((a, b) => b - a)[MOST / 2]!;
  return usable.filter(({ score }, i) => score > bar || i >= usable.length - MOST / 2);
}
const lastScore = ({ reports }: StudyTrial): number =>
  reports.findLast(({ score }) => Number.isFinite(score))?.score ?? Number.NaN;

/**
 * Fits the process to the known trials, and adds running trials with their predicted scores; `best` is the score to
 * beat.
 */
function learntFrom(
  study: Study,
  scored: readonly Scored[],
): { readonly process: GaussianProcess; readonly best: number } {
  const { dimensions } = study;
  const choices = dimensions.map(({ kind }) => kind === "choice");
  const scores = scored.map(({ score }) => score);
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const spread = Math.sqrt(scores.reduce((sum, one) => sum + (one - mean) ** 2, 0) / scores.length) || 1;
  const values = Float64Array.from(scores, (score) => (score - mean) / spread);
  const rows = scored.map(({ point }) => rowOfPoint(dimensions, point));
  const known = fitProcess({ rows, choices }, values);
  const counting = values.filter((_, i) => scored[i]!.counts);
  const best = (counting.length > 0 ? counting : values).reduce((one, other) => Math.max(one, other));
  const running = study.trials
    .filter(({ state }) => state === "running")
    .map(({ point }) => rowOfPoint(dimensions, point));
  if (running.length === 0) return { process: known, best };
  const believed = running.map((row) => predictProcess(known, row).mean);
  const all = { rows: [...rows, ...running], choices };
  return { process: gaussianProcessOf(all, Float64Array.from([...values, ...believed]), known.settings), best };
}
