/** Scores of resamples, of several things at once: those of equally many units are scored on the same resamples. */
import { lastOf } from "#dsl/language/diagnostics/must.js";
import { breathe } from "#platform/turn.js";
import type { ExactInterval } from "./interval.js";
import { generateResamples } from "./resamples.js";
import type { RareLabelMethod } from "./spread.js";

/** How a score is made of some of what it is about. */
export interface Resampling {
  /** What is drawn, and how many of them there are. */
  readonly unit: ResamplingUnit;
  readonly units: number;
  /** Whether each of them is one decision, so that a share of them has Wilson's interval. */
  readonly single: boolean;
  /** What must be alike, beside the number of units, for two models to have been scored on the same ones; absent: nothing. */
  readonly same?: number;
  /** Absent: it follows from draws. */
  readonly interval?: ExactInterval;
  /** What replaces the draws where a label is too rare for them. */
  readonly rare?: RareLabelMethod;
  /** `drawn`: numbers of units, some several times, others not at all. */
  score(drawn: Uint32Array): number;
}
export type ResamplingUnit = "row" | "text" | "question" | "search" | "group of rows";

export const RESAMPLE_COUNT = 1000;
/** Of many units fewer are made: how many follows from their number alone, so that a cell that runs twice shows the same. */
const FEWER = [RESAMPLE_COUNT, 500, 200, 100] as const;
const MOST_DRAWN = 20_000_000;
/** Resamples after which it is known whether a score is far too slow (a user's metric, say): then it has no interval. */
const GLANCE = 3;
/** Longest for one score's resamples, in milliseconds. */
const LONGEST = 30_000;

interface Scored {
  readonly resampling: Resampling;
  readonly scores: number[];
  /** Least time that one took, in milliseconds: what else the machine does must not count. */
  least: number;
  wanted: number;
}

/** Of each its scores, resample by resample; none where it is very slow or there is but one unit. */
export async function bootstrapScores(
  all: readonly Resampling[],
  options: { readonly signal?: AbortSignal | undefined; readonly now?: () => number } = {},
): Promise<readonly (readonly number[])[]> {
  const now = options.now ?? (() => performance.now());
  const states = all.map((resampling): Scored => ({
    resampling,
    scores: [],
    least: Infinity,
    wanted: resampling.units > 1 ? drawsOf(resampling.units) : 0,
  }));
  let turned = now();
  for (const units of new Set(all.map((resampling) => resampling.units))) {
    const alike = states.filter(({ resampling, wanted }) => resampling.units === units && wanted > 0);
    const draws = generateResamples(units);
    for (let done = 0; alike.some(({ wanted }) => wanted > done); done++) {
      const { value: drawn } = draws.next();
      for (const state of alike) {
        if (state.wanted <= done) continue;
        const begun = now();
        state.scores.push(state.resampling.score(drawn));
        state.least = Math.min(state.least, now() - begun);
        if (done + 1 === GLANCE && state.least * state.wanted > LONGEST) state.wanted = 0;
      }
      if (now() - turned < 50) continue;
      await breathe();
      options.signal?.throwIfAborted();
      turned = now();
    }
  }
  return states.map(({ scores, wanted }) => scores.slice(0, wanted));
}

function drawsOf(units: number): number {
  return FEWER.find((count) => count * units <= MOST_DRAWN) ?? lastOf(FEWER);
}
