/** What sequences of updates come to: averages over orders and seeds with intervals of 95 %, and differences by pairs. */
import { studentQuantile } from "#stdlib/statistics/student.js";
import type { Learnt, Matrix } from "./sequence.js";

export interface Mean {
  readonly value: number;
  /** Half of the interval of 95 %, by Student's t; of one number there is none. */
  readonly half: number;
}
export interface Figures {
  readonly strategy: string;
  readonly runs: number;
  readonly accuracy: Mean;
  readonly forgetting: Mean;
  /** How well each set was learnt when it was: mean of the diagonal, the first set's left out, which all share. */
  readonly learning: Mean;
  /** Forgetting less that of `beside`, on the same order and seed. */
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

/** How far the end lies below the best before it, over the sets before the last (Chaudhry et al. 2018). */
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

/** Whether the first lies below the second with their intervals apart. */
export const below = (a: Mean, b: Mean): boolean => a.value + a.half < b.value - b.half;
