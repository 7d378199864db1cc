/**
 * Compares the numbers of two trainings of one plan: each loss in both logs and each score. With the same engine,
 * threads, machine and versions, the numbers are equal to the last bit. Otherwise sums are computed in another order
 * and the difference grows from step to step; the tolerances are a few times the measured differences (bench/LOG.md,
 * "Replays").
 */
import type { RunEvent } from "../../events/events.js";

/** Tolerance for a loss: relative to the larger of the two, and the absolute difference that is always allowed. */
export const LOSS_TOLERANCE = { relative: 1e-3, absolute: 1e-4 } as const;
/**
 * Tolerance for a score. With few rows, one changed prediction moves a score by more; `answers` is the number of
 * changed predictions that is always allowed.
 */
export const SCORE_TOLERANCE = { relative: 1e-2, absolute: 1e-2, answers: 2 } as const;

/**
 * Tolerance for a training whose rows and noise are drawn without a seed. A loss may differ as much as between batches
 * of a few dozen rows; a score by three standard errors of the difference at that number of rows.
 */
export const UNSEEDED_TOLERANCE = { relative: 0.25, errors: 3, absolute: 0.1 } as const;

export interface RunNumberPair {
  /** For example `loss of step 12` or `accuracy on tickets.test`. */
  readonly what: string;
  readonly sort: "loss" | "score";
  readonly then: number;
  readonly now: number;
  /** Number of rows behind a score; null if it is unknown. */
  readonly rows?: number | null;
}
export interface RunNumbersComparison {
  readonly losses: number;
  readonly scores: number;
  /** True if all numbers are equal to the last bit. */
  readonly exact: boolean;
  /** Greatest relative difference of a loss, and greatest absolute difference of a score. */
  readonly furthest: { readonly loss: number; readonly score: number };
  /** The first pair that is not equal to the last bit. */
  readonly first: RunNumberPair | null;
  /** The pairs beyond the tolerance, in order. */
  readonly beyond: readonly RunNumberPair[];
}

/** @param drawn the rows and noise were drawn without a seed and cannot be repeated */
export function compareNumbers(numbers: readonly RunNumberPair[], drawn = false): RunNumbersComparison {
  const differ = numbers.filter(({ then, now }) => !Object.is(then, now));
  const most = (sort: RunNumberPair["sort"], distance: (one: RunNumberPair) => number): number =>
    differ.reduce((sum, one) => (one.sort === sort ? Math.max(sum, distance(one)) : sum), 0);
  return {
    losses: numbers.filter(({ sort }) => sort === "loss").length,
    scores: numbers.filter(({ sort }) => sort === "score").length,
    exact: differ.length === 0,
    furthest: {
      loss: most("loss", ({ then, now }) => apart(then, now) / Math.max(Math.abs(then), Math.abs(now))),
      score: most("score", ({ then, now }) => apart(then, now)),
    },
    first: differ[0] ?? null,
    beyond: differ.filter((one) => !(drawn ? nearby(one) : within(one))),
  };
}

function within({ sort, then, now, rows }: RunNumberPair): boolean {
  const size = Math.max(Math.abs(then), Math.abs(now));
  if (sort === "loss") return apart(then, now) <= Math.max(LOSS_TOLERANCE.absolute, LOSS_TOLERANCE.relative * size);
  const few = rows ? (SCORE_TOLERANCE.answers + 0.01) / rows : 0;
  return apart(then, now) <= Math.max(SCORE_TOLERANCE.absolute, SCORE_TOLERANCE.relative * size, few);
}
function nearby({ sort, then, now, rows }: RunNumberPair): boolean {
  const size = Math.max(Math.abs(then), Math.abs(now));
  if (sort === "loss") return apart(then, now) <= UNSEEDED_TOLERANCE.relative * size;
  return apart(then, now) <= (rows ? UNSEEDED_TOLERANCE.errors * Math.sqrt(0.5 / rows) : UNSEEDED_TOLERANCE.absolute);
}

/** Replaces the losses of single steps by their mean, since each step had different rows. */
export function averageStepLosses(numbers: readonly RunNumberPair[]): readonly RunNumberPair[] {
  const steps = numbers.filter(({ sort, what }) => sort === "loss" && what.startsWith(STEP));
  const mean = (numberOf: (one: RunNumberPair) => number): number =>
    steps.reduce((sum, one) => sum + numberOf(one), 0) / steps.length;
  const all: RunNumberPair = {
    what: `mean loss of ${String(steps.length)} steps`,
    sort: "loss",
    then: mean(({ then }) => then),
    now: mean(({ now }) => now),
  };
  return [...(steps.length > 0 ? [all] : []), ...numbers.filter((one) => !steps.includes(one))];
}
const STEP = "loss of step ";

function apart(then: number, now: number): number {
  if (Object.is(then, now)) return 0;
  const difference = Math.abs(then - now);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

/**
 * Returns the losses and validation scores that both logs contain, in step order.
 * @param rows number of validated rows
 */
export function numberPairsOf(
  then: readonly RunEvent[],
  now: readonly RunEvent[],
  rows: number | null,
): readonly RunNumberPair[] {
  const losses = new Map<number, number>();
  const scores = new Map<string, Readonly<Record<string, number>>>();
  for (const event of now)
    if (event.kind === "step") losses.set(event.step, event.loss);
    else if (event.kind === "evaluated") scores.set(`${event.split} ${String(event.step)}`, event.metrics);
  return then.flatMap((event): readonly RunNumberPair[] => {
    if (event.kind === "step") {
      const other = losses.get(event.step);
      const what = `${STEP}${String(event.step)}`;
      return other === undefined ? [] : [{ what, sort: "loss", then: event.loss, now: other }];
    }
    if (event.kind !== "evaluated") return [];
    const same = scores.get(`${event.split} ${String(event.step)}`) ?? {};
    return Object.entries(event.metrics).flatMap(([name, value]): readonly RunNumberPair[] => {
      const other = same[name];
      const what = `${event.split} ${name} at step ${String(event.step)}`;
      return other === undefined
        ? []
        : [{ what, sort: name === "loss" ? "loss" : "score", then: value, now: other, rows }];
    });
  });
}
