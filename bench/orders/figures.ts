/** Statistics of update sequences: averages over orders and seeds with 95 % intervals, and paired differences. */
import { studentQuantile } from "#stdlib/statistics/student.js";
import type { Learnt, Matrix } from "./sequence.js";

export interface Mean {
  readonly value: number;
  /** Half-width of the 95 % interval, by Student's t; NaN for a single value. */
  readonly half: number;
}
export interface Figures {
  readonly strategy: string;
  readonly runs: number;
  readonly accuracy: Mean;
  readonly forgetting: Mean;
  /**
   * Accuracy on each set right after it was trained: mean of the diagonal without the first set, which all strategies
   * share.
   */
  readonly learning: Mean;
  /** Forgetting minus that of the strategy `beside`, on the same order and seed. */
  readonly less: Mean;
  readonly seconds: number;
}
export type Among = keyof Learnt["among"];

export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const value = values.reduce((sum, one) => sum + one, 0) / n;
  if (n < 2) return { value, half: Number.NaN };
  const variance = values.reduce((sum, one) => sum + (one - value) ** 2, 0) / (n - 1);
  return { value, half: studentQuantile(0.975, n - 1) * Math.sqrt(variance / n) };
}

/** Mean of the last row. */
export const averageOf = (matrix: Matrix): number => meanOf(matrix.at(-1) ?? []).value;

/**
 * Drop from the best earlier accuracy to the final one, averaged over all sets but the last (Chaudhry et al. 2018).
 */
export function forgettingOf(matrix: Matrix): number {
  const [before, last] = [matrix.slice(0, -1), matrix.at(-1) ?? []];
  return meanOf(before.map((_, j) => Math.max(...before.slice(j).map((row) => row[j] ?? 0)) - (last[j] ?? 0))).value;
}
const learningOf = (matrix: Matrix): number => meanOf(matrix.slice(1).map((row, i) => row[i + 1] ?? 0)).value;

export function figuresOf(all: readonly Learnt[], strategy: string, among: Among, beside: string): Figures {
  const own = all.filter((one) => one.strategy === strategy);
  const of = (figure: (matrix: Matrix) => number): Mean => meanOf(own.map((one) => figure(one.among[among])));
  const pairs = own.flatMap((one) => {
    const other = all.find((two) => two.strategy === beside && sameRun(one, two));
    return other ? [forgettingOf(one.among[among]) - forgettingOf(other.among[among])] : [];
  });
  return {
    strategy,
    runs: own.length,
    accuracy: of(averageOf),
    forgetting: of(forgettingOf),
    learning: of(learningOf),
    less: meanOf(pairs),
    seconds: meanOf(own.map(({ seconds }) => seconds)).value,
  };
}

export const sameRun = (a: Pick<Learnt, "order" | "seed">, b: Pick<Learnt, "order" | "seed">): boolean =>
  a.seed === b.seed && a.order.join() === b.order.join();

/** Whether the first is below the second and their intervals do not overlap. */
export const below = (a: Mean, b: Mean): boolean => a.value + a.half < b.value - b.half;
