/** What a sweep's trials say of how scores grow with rows: sizes of `split.train`, and what was scored with each. */
import type { TrainedSizeScore } from "../data/judging/trained-curve.js";
import type { TrialRecord } from "./trial.js";

/** The path by which the rows that train vary. */
export const TRAIN_SIZE_PATH = "split.train";

/** `all`: rows of the data, of which shares are taken. Sizes ascend; of each those other values count that scored best there. */
export function scoresBySize(
  trials: readonly TrialRecord[],
  all: number,
  options: { readonly direction: "maximize" | "minimize"; readonly repeats: number },
): { readonly sizes: readonly TrainedSizeScore[]; /** Something else varied. */ readonly best: boolean } {
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

/** Trials of the same values: each of one seed, or the mean of several with how far they lie apart. */
function sizeOf(rows: number, group: readonly TrialRecord[], repeats: number): TrainedSizeScore {
  const scores = group.map(({ score }) => score ?? Number.NaN);
  const score = scores.reduce((a, b) => a + b, 0) / scores.length;
  const apart = group.flatMap(({ spread }) => (spread?.[0] !== undefined && repeats > 1 ? [spread[0] ** 2] : []));
  const between = scores.reduce((sum, one) => sum + (one - score) ** 2, 0) / (scores.length - 1);
  const variance = apart.length > 0 ? apart.reduce((a, b) => a + b, 0) / apart.length : between;
  return { rows, score, seeds: scores.length * repeats, variance: Number.isFinite(variance) ? variance : null };
}

/** `20%` of all rows, or so many. */
function rowsOf(text: string | undefined, all: number): number | null {
  const [, number, percent] = /^([\d.e+-]+)(%?)$/.exec(text ?? "") ?? [];
  const rows = number === undefined ? Number.NaN : percent ? (Number(number) / 100) * all : Number(number);
  return Number.isFinite(rows) && rows >= 1 ? Math.round(rows) : null;
}
