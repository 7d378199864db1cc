/** Bayesian optimisation: a process is fitted anew for each trial, so that what it suggests follows from the study alone. */
import type { Point, SearchImplementation, Study, StudyTrial } from "./kind.js";
import { newPoint, sharesOf } from "./shared/random-points.js";
import { mostExpected } from "./shared/gp/best.js";
import { learnt } from "./shared/gp/fit.js";
import { foretold, processOf, type Process } from "./shared/gp/process.js";
import { rowOf } from "./shared/gp/rows.js";
import { nthPoint } from "./shared/sobol/nth.js";
import { triedIn } from "./shared/tried-points.js";

/** Scores that are learnt from at most: the best, and the newest. */
const MOST = 200;

export const gp: SearchImplementation = {
  suggest(call, study, number) {
    const share = sharesOf(study.seed, number);
    const scored = scoredOf(study);
    if (scored.length < Math.max(2, Number(call.arguments["startup"]))) return firstOf(study, number, share);
    const { process, best } = learntFrom(study, scored);
    const from = scored.toSorted((a, b) => b.score - a.score).slice(0, 2);
    const climbed = from.map(({ point }) => point);
    const found = mostExpected({ study, process, best, from: climbed, isTried: triedIn(study), share });
    return found ?? newPoint(study, share);
  },
};

/** Where the definitions are, and then all around: what chance leaves empty, a process knows nothing of. */
function firstOf(study: Study, number: number, share: () => number): Point | null {
  if (study.first !== undefined && study.trials.length === 0) return study.first;
  const even = nthPoint(study, number);
  return even && !triedIn(study)(even) ? even : newPoint(study, share);
}

interface Scored {
  readonly point: Point;
  readonly score: number;
  /** It misses nothing that is asked of it, and was trained to its end. */
  readonly counts: boolean;
}

/** What each trial is worth, as far as it says: what failed or misses a bar as little as the worst, what was given up its last score at most as much as the middle. */
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
    const own = trial.state === "done" ? (trial.scores?.[0] ?? Number.NaN) : lastScore(trial);
    if (!Number.isFinite(own)) return worst;
    return trial.state === "done" ? own : Math.min(own, middle);
  };
  const told = trials.flatMap((trial): Scored[] => {
    const score = scoreOf(trial);
    const counts = trial.state === "done" && !(trial.violation > 0);
    return score === null ? [] : [{ point: trial.point, score, counts }];
  });
  if (told.length <= MOST) return told;
  const bar = told.map(({ score }) => score).toSorted((a, b) => b - a)[MOST / 2]!;
  return told.filter(({ score }, i) => score > bar || i >= told.length - MOST / 2);
}
const lastScore = ({ reports }: StudyTrial): number =>
  reports.findLast(({ score }) => Number.isFinite(score))?.score ?? Number.NaN;

/** The process over what is known, and over what runs as it foretells it; `best` is the score to beat. */
function learntFrom(study: Study, scored: readonly Scored[]): { readonly process: Process; readonly best: number } {
  const { dimensions } = study;
  const choices = dimensions.map(({ kind }) => kind === "choice");
  const scores = scored.map(({ score }) => score);
  const mean = scores.reduce((sum, one) => sum + one, 0) / scores.length;
  const spread = Math.sqrt(scores.reduce((sum, one) => sum + (one - mean) ** 2, 0) / scores.length) || 1;
  const values = Float64Array.from(scores, (score) => (score - mean) / spread);
  const rows = scored.map(({ point }) => rowOf(dimensions, point));
  const known = learnt({ rows, choices }, values);
  const counting = values.filter((_, i) => scored[i]!.counts);
  const best = (counting.length > 0 ? counting : values).reduce((one, other) => Math.max(one, other));
  const running = study.trials.filter(({ state }) => state === "running").map(({ point }) => rowOf(dimensions, point));
  if (running.length === 0) return { process: known, best };
  const believed = running.map((row) => foretold(known, row).mean);
  const all = { rows: [...rows, ...running], choices };
  return { process: processOf(all, Float64Array.from([...values, ...believed]), known.settings), best };
}
