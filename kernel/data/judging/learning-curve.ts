/**
 * How a probe's score grows with the rows it learns from: nested draws of several sizes, each scored on rows that it didn't
 * learn. What is kept is what was said of each scored row, so that whoever judges the curve can draw those rows again.
 */
import { mustGet } from "#dsl/language/diagnostics/must.js";
import { chance, shuffle } from "#stdlib/statistics/chance.js";
import { GrowingProbe, type Answers } from "./growing-probe.js";
import type { Rows } from "./ridge.js";

/** Rows that may be learnt, and those that are then scored. */
export interface Fold {
  readonly learnt: Uint32Array;
  readonly scored: Uint32Array;
}
export interface SizeScored {
  /** Rows learnt. */
  readonly rows: number;
  /** Of each draw, of each scored row (fold after fold): 1 right, 0 wrong; of numbers how far off. */
  readonly said: readonly Float32Array[];
}
export interface CurveOptions {
  readonly sizes: readonly number[];
  readonly draws: number;
  readonly seed: number;
  /** Told after each draw; may wait. */
  readonly onDraw?: (done: number, of: number) => Promise<void>;
}

/** So many sizes from `least` to `most`, each the same times the one before. */
export function sizesOf(least: number, most: number, count: number): readonly number[] {
  const times = (most / least) ** (1 / (count - 1));
  return [...new Set(Array.from({ length: count }, (_, i) => Math.round(least * times ** i)))];
}

export async function measuredCurve(
  rows: Rows,
  answers: Answers,
  folds: readonly Fold[],
  o: CurveOptions,
): Promise<readonly SizeScored[]> {
  const said = o.sizes.map((): Float32Array[] => []);
  for (let draw = 0; draw < o.draws; draw++) {
    const parts = o.sizes.map((): Float32Array[] => []);
    for (const [number, fold] of folds.entries()) {
      const order = ordered(fold.learnt, answers, o.seed, draw, number);
      const probe = new GrowingProbe(rows, answers);
      o.sizes.forEach((size, i) => {
        // Of all rows there is one draw.
        const known = size === fold.learnt.length ? said[i]![0] : undefined;
        if (known && folds.length === 1) return void parts[i]!.push(known);
        probe.learn(order.subarray(i === 0 ? 0 : o.sizes[i - 1]!, size));
        parts[i]!.push(probe.said(fold.scored));
      });
      await o.onDraw?.(draw * folds.length + number + 1, o.draws * folds.length);
    }
    parts.forEach((part, i) => said[i]!.push(joined(part)));
  }
  return o.sizes.map((size, i) => ({ rows: size, said: said[i]! }));
}

/** In an order of chance in which each label comes as often at the beginning as in all. */
function ordered(learnt: Uint32Array, answers: Answers, ...path: readonly [number, number, number]): Uint32Array {
  const rows = shuffle(learnt.slice(), chance(...path));
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
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
