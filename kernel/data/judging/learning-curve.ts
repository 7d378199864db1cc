/**
 * Measures how a probe's score grows with its number of training rows: nested draws of several sizes, each scored on
 * other rows. The score of every row is stored, so that the curve's confidence can be estimated by drawing these rows
 * again.
 */
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import { GrowingRidgeProbe, type ProbeTargets } from "./growing-probe.js";
import type { FeatureMatrix } from "./ridge.js";

/** Rows to draw training rows from, and rows to score. */
export interface ProbeFold {
  readonly learnt: Uint32Array;
  readonly scored: Uint32Array;
}
export interface RowScoresAtSize {
  readonly rows: number;
  /** Per draw and scored row (fold after fold): 1 right, 0 wrong; for numeric targets, the absolute error. */
  readonly rowScores: readonly Float32Array[];
}
export interface LearningCurveOptions {
  readonly sizes: readonly number[];
  readonly draws: number;
  readonly seed: number;
  /** Called after each draw; may be asynchronous. */
  readonly onDraw?: (done: number, total: number) => Promise<void>;
}

/** Returns `count` sizes from `least` to `most` in geometric steps. */
export function geometricSizes(least: number, most: number, count: number): readonly number[] {
  const times = (most / least) ** (1 / (count - 1));
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round(least * times ** i)))];
}

export async function measureLearningCurve(
  rows: FeatureMatrix,
  answers: ProbeTargets,
  folds: readonly ProbeFold[],
  options: LearningCurveOptions,
): Promise<readonly RowScoresAtSize[]> {
  const rowScores = options.sizes.map((): Float32Array[] => []);
  for (let draw = 0; draw < options.draws; draw++) {
    const parts = options.sizes.map((): Float32Array[] => []);
    for (const [number, fold] of folds.entries()) {
      const order = ordered(fold.learnt, answers, options.seed, draw, number);
      const probe = new GrowingRidgeProbe(rows, answers);
      options.sizes.forEach((size, i) => {
        // A draw of all rows is always the same, so it is trained once.
        const known = size === fold.learnt.length ? rowScores[i]![0] : undefined;
        if (known && folds.length === 1) return void parts[i]!.push(known);
        probe.learn(order.subarray(i === 0 ? 0 : options.sizes[i - 1]!, size));
        parts[i]!.push(probe.scoreRows(fold.scored));
      });
      await options.onDraw?.(draw * folds.length + number + 1, options.draws * folds.length);
    }
    parts.forEach((part, i) => rowScores[i]!.push(joined(part)));
  }
  return options.sizes.map((size, i) => ({ rows: size, rowScores: rowScores[i]! }));
}

/** Shuffles the rows so that each prefix has the labels in their overall proportions. */
function ordered(learnt: Uint32Array, answers: ProbeTargets, ...path: readonly [number, number, number]): Uint32Array {
  const rows = shuffle(learnt.slice(), seededRandom(...path));
  if (!("labels" in answers)) return rows;
  const all = new Map<number, number>();
  const labelOf = (row: number): number => answers.labels[row]!;
  for (const row of rows) all.set(labelOf(row), (all.get(labelOf(row)) ?? 0) + 1);
  const seen = new Map<number, number>();
  const place = new Map<number, number>();
  for (const row of rows) {
    const before = seen.get(labelOf(row)) ?? 0;
    seen.set(labelOf(row), before + 1);
    place.set(row, (before + 0.5) / mustGet(all, labelOf(row), "label"));
  }
  return rows.sort((a, b) => mustGet(place, a, "row") - mustGet(place, b, "row"));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
