/**
 * The numbers of two trainings of one plan, held against each other: each loss that both logs have, each score. Where engine,
 * threads, machine and versions are the same they are the same to the last bit. Elsewhere sums are taken in another order, and
 * the difference grows from step to step; the tolerances are a few times what was measured (bench/LOG.md, "Replays").
 */
import type { RunEvent } from "../../events/events.js";

/** Of a loss, relative to the larger of both, and what no loss is held to below. */
export const LOSS_TOLERANCE = { relative: 1e-3, absolute: 1e-4 } as const;
/** Of a score; one of so few rows moves by more when a single answer turns: that many may. */
export const SCORE_TOLERANCE = { relative: 1e-2, absolute: 1e-2, answers: 2 } as const;

/**
 * Of a training whose rows and noise are drawn anew each time, by nobody's seed: a loss as far as a batch of some dozen rows moves
 * it, a score as far as three standard errors of two that are each of so many rows.
 */
export const UNSEEDED_TOLERANCE = { relative: 0.25, errors: 3, absolute: 0.1 } as const;

export interface NumberPair {
  /** `loss of step 12`, `accuracy on tickets.test`. */
  readonly what: string;
  readonly sort: "loss" | "score";
  readonly then: number;
  readonly now: number;
  /** Of a score: the rows behind it; null: nobody knows. */
  readonly rows?: number | null;
}
export interface NumberComparison {
  readonly losses: number;
  readonly scores: number;
  /** All the same to the last bit. */
  readonly exact: boolean;
  /** Greatest relative difference of a loss, and of a score by itself. */
  readonly furthest: { readonly loss: number; readonly score: number };
  /** The first that is not the same to the last bit. */
  readonly first: NumberPair | null;
  /** Beyond tolerance, in order. */
  readonly beyond: readonly NumberPair[];
}

/** `drawn`: rows and noise came by chance that nothing repeats. */
export function compareNumbers(numbers: readonly NumberPair[], drawn = false): NumberComparison {
  const differ = numbers.filter(({ then, now }) => !Object.is(then, now));
  const most = (sort: NumberPair["sort"], distance: (one: NumberPair) => number): number =>
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

function within({ sort, then, now, rows }: NumberPair): boolean {
  const size = Math.max(Math.abs(then), Math.abs(now));
  if (sort === "loss") return apart(then, now) <= Math.max(LOSS_TOLERANCE.absolute, LOSS_TOLERANCE.relative * size);
  const few = rows ? (SCORE_TOLERANCE.answers + 0.01) / rows : 0;
  return apart(then, now) <= Math.max(SCORE_TOLERANCE.absolute, SCORE_TOLERANCE.relative * size, few);
}
function nearby({ sort, then, now, rows }: NumberPair): boolean {
  const size = Math.max(Math.abs(then), Math.abs(now));
  if (sort === "loss") return apart(then, now) <= UNSEEDED_TOLERANCE.relative * size;
  return apart(then, now) <= (rows ? UNSEEDED_TOLERANCE.errors * Math.sqrt(0.5 / rows) : UNSEEDED_TOLERANCE.absolute);
}

/** Instead of the losses of single steps, each of other rows, their mean. */
export function averageStepLosses(numbers: readonly NumberPair[]): readonly NumberPair[] {
  const steps = numbers.filter(({ sort, what }) => sort === "loss" && what.startsWith(STEP));
  const mean = (numberOf: (one: NumberPair) => number): number =>
    steps.reduce((sum, one) => sum + numberOf(one), 0) / steps.length;
  const all: NumberPair = {
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

/** Losses and validations that both logs have, in the order of their steps. `rows`: that are validated. */
export function numberPairsOf(
  then: readonly RunEvent[],
  now: readonly RunEvent[],
  rows: number | null,
): readonly NumberPair[] {
  const losses = new Map<number, number>();
  const scores = new Map<string, Readonly<Record<string, number>>>();
  for (const event of now)
    if (event.kind === "step") losses.set(event.step, event.loss);
    else if (event.kind === "evaluated") scores.set(`${event.split} ${String(event.step)}`, event.metrics);
  return then.flatMap((event): readonly NumberPair[] => {
    if (event.kind === "step") {
      const other = losses.get(event.step);
      const what = `${STEP}${String(event.step)}`;
      return other === undefined ? [] : [{ what, sort: "loss", then: event.loss, now: other }];
    }
    if (event.kind !== "evaluated") return [];
    const same = scores.get(`${event.split} ${String(event.step)}`) ?? {};
    return Object.entries(event.metrics).flatMap(([name, value]): readonly NumberPair[] => {
      const other = same[name];
      const what = `${event.split} ${name} at step ${String(event.step)}`;
      return other === undefined
        ? []
        : [{ what, sort: name === "loss" ? "loss" : "score", then: value, now: other, rows }];
    });
  });
}
