/** Finds the answers that were right before and are wrong now, and their share of all earlier right answers. */
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import { pairedSharesInterval } from "#stdlib/statistics/paired-shares.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";

export interface ForgettingStatistics {
  /** Rows that were evaluated, and rows that were answered correctly before. */
  readonly rows: number;
  readonly right: number;
  /**
   * Rows (from 0, in order) that were right before and are wrong now, and the number of rows where the reverse is true.
   */
  readonly lost: readonly number[];
  readonly gained: number;
  /** lost / right, with its 95 % interval; null if nothing was right. */
  readonly share: { readonly value: number; readonly interval: ConfidenceInterval } | null;
  /** Change of the accuracy, with an interval paired by rows. */
  readonly moved: { readonly value: number; readonly interval: ConfidenceInterval };
}

/** Answers are label indices, one per row. */
export function forgettingStatisticsOf(
  truth: ArrayLike<number>,
  before: ArrayLike<number>,
  now: ArrayLike<number>,
): ForgettingStatistics | null {
  const rows = truth.length;
  if (rows === 0 || before.length !== rows || now.length !== rows) return null;
  const rightOf = (answers: ArrayLike<number>): Uint8Array =>
    Uint8Array.from({ length: rows }, (_, row) => Number(answers[row] === truth[row]));
  const [was, is] = [rightOf(before), rightOf(now)];
  const [lost, gained]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++)
    if (was[row] === 1 && is[row] === 0) lost.push(row);
    else if (was[row] === 0 && is[row] === 1) gained.push(row);
  const right = was.reduce((sum, one) => sum + one, 0);
  return {
    rows,
    right,
    lost,
    gained: gained.length,
    share: right === 0 ? null : { value: lost.length / right, interval: wilsonInterval(lost.length, right) },
    moved: { value: (gained.length - lost.length) / rows, interval: pairedSharesInterval(was, is) },
  };
}
