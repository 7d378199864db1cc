/** Scores by training size from a sweep's trials: sizes of `split.train` and the scores at each. */
import type { TrainedSizeScore } from "../data/judging/trained-curve.js";
import type { TrialRecord } from "./trial.js";

/** Path of the setting that varies the number of training rows. */
export const TRAIN_SIZE_PATH = "split.train";

/**
 * Returns the scores by ascending size. If other settings vary too, the best of their combinations counts at each size.
 * @param all rows of the data, for sizes given as a share
 */
export function scoresBySize(
  trials: readonly TrialRecord[],
  all: number,
  options: { readonly direction: "maximize" | "minimize"; readonly repeats: number },
): { readonly sizes: readonly TrainedSizeScore[]; /** Whether other settings also varied. */ readonly best: boolean } {
  const bySize = new Map<number, Map<string, TrialRecord[]>>();
  for (const trial of trials) {
    const rows = rowsOf(trial.values[TRAIN_SIZE_PATH], all);
    if (trial.state !== "done" || trial.score === null || !Number.isFinite(trial.score) || rows === null) continue;
    const others = Object.entries(trial.values).filter(([path]) => path !== TRAIN_SIZE_PATH);
    const key = JSON.stringify(others.sort(([a], [b]) => (a < b ? -1 : 1)));
    const groups = bySize.get(rows) ?? new Map<string, TrialRecord[]>();
    groups.set(key, [...(groups.get(key) ?? []), trial]);
    bySize.set(rows, groups);
  }
  const better = (a: TrainedSizeScore, b: TrainedSizeScore): TrainedSizeScore =>
    (options.direction === "maximize" ? b.score > a.score : b.score < a.score) ? b : a;
  const sizes = [...bySize]
    .sort(([a], [b]) => a - b)
    .map(([rows, groups]) => [...groups.values()].map((group) => sizeOf(rows, group, options.repeats)).reduce(better));
  return { sizes, best: [...bySize.values()].some((groups) => groups.size > 1) };
}

/** Combines trials of the same values: each is one seed, or the mean of several with its spread. */
function sizeOf(rows: number, group: readonly TrialRecord[], repeats: number): TrainedSizeScore {
  const scores = group.map(({ score }) => score ?? Number.NaN);
  const score = scores.reduce((a, b) => a + b, 0) / scores.length;
  const apart = group.flatMap(({ spread }) => (spread?.[0] !== undefined && repeats > 1 ? [spread[0] ** 2] : []));
  const between = scores.reduce((sum, one) => sum + (one - score) ** 2, 0) / (scores.length - 1);
  const variance = apart.length > 0 ? apart.reduce((a, b) => a + b, 0) / apart.length : between;
  return { rows, score, seeds: scores.length * repeats, variance: Number.isFinite(variance) ? variance : null };
}

/** Converts `20%` of all rows, or a number of rows. */
function rowsOf(text: string | undefined, all: number): number | null {
  const [, number, percent] = /^([\d.e+-]+)(%?)$/.exec(text ?? "") ?? [];
  const rows = number === undefined ? Number.NaN : percent ? (Number(number) / 100) * all : Number(number);
  return Number.isFinite(rows) && rows >= 1 ? Math.round(rows) : null;
}
