/** Bootstrap scores of several scorers at once; those with the same number of units use the same resamples. */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { nextEventLoopTurn } from "#platform/turn.js";
import type { IntervalWithoutResampling } from "./interval.js";
import type { RareLabelIntervalMethod } from "./spread.js";
import { seededRandom } from "./chance.js";

/**
 * Bootstrap resamples: n of n units, sampled with replacement. They depend on n only, so that a cell that runs twice
 * shows the same interval, and two models on the same rows are scored on the same resamples.
 */
const SEED = 20251;

export function* generateResamples(n: number): Generator<Uint32Array, never, void> {
  const generator = seededRandom(SEED, n);
  const scale = n / 2 ** 32;
  for (;;) {
    const units = new Uint32Array(n);
    for (let i = 0; i < n; i++) units[i] = Math.floor((generator.next() >>> 0) * scale);
    yield units;
  }
}

/** How to compute a score from a sample of units. */
export interface BootstrapScorer {
  /** The unit of resampling, and the number of units. */
  readonly unit: ResamplingUnit;
  readonly units: number;
  /** Whether each unit is one decision, so that a proportion over them has Wilson's interval. */
  readonly single: boolean;
  /**
   * What must be equal besides the number of units for two models to have been scored on the same units. By default
   * nothing.
   */
  readonly same?: number;
  /** By default the interval is computed from resamples. */
  readonly interval?: IntervalWithoutResampling;
  /** Replaces the resamples if a label is too rare for them. */
  readonly rare?: RareLabelIntervalMethod;
  /** `drawn`: indices of units, some repeated, others missing. */
  score(drawn: Uint32Array): number;
}
export type ResamplingUnit = "row" | "text" | "question" | "search" | "group of rows";

export const RESAMPLE_COUNT = 1000;
/**
 * Large data gets fewer resamples. The number depends on the number of units only, so that a repeated cell shows the
 * same result.
 */
const FEWER = [RESAMPLE_COUNT, 500, 200, 100] as const;
const MOST_DRAWN = 20_000_000;
/** Resamples after which a score can be judged too slow (a user's metric, say). It then gets no interval. */
const GLANCE = 3;
/** Maximum time for one score's resamples, in milliseconds. */
const LONGEST = 30_000;

interface Scored {
  readonly resampling: BootstrapScorer;
  readonly scores: number[];
  /** Shortest time of one resample, in milliseconds; the minimum excludes the effect of other load on the machine. */
  least: number;
  wanted: number;
}

/** Returns the scores of each scorer, resample by resample; empty if it is too slow or has only one unit. */
export async function bootstrapScores(
  all: readonly BootstrapScorer[],
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
      await nextEventLoopTurn();
      options.signal?.throwIfAborted();
      turned = now();
    }
  }
  return states.map(({ scores, wanted }) => scores.slice(0, wanted));
}

function drawsOf(units: number): number {
  return FEWER.find((count) => count * units <= MOST_DRAWN) ?? lastOf(FEWER);
}
