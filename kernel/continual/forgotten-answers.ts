/** Which answers were right once and are wrong now, and how much of what was known that is. */
import type { Interval } from "#stdlib/statistics/interval.js";
import { pairedSharesInterval } from "#stdlib/statistics/paired-shares.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";

export interface ForgottenAnswers {
  /** Rows that were asked about, and answers that were right before. */
  readonly rows: number;
  readonly right: number;
  /** Of rows (from 0): right before and wrong now, in their order; and how many are the other way round. */
  readonly lost: readonly number[];
  readonly gained: number;
  /** lost / right, with its 95 % interval; null: nothing was right. */
  readonly share: { readonly value: number; readonly interval: Interval } | null;
  /** How much the share of right answers moved, paired by rows. */
  readonly moved: { readonly value: number; readonly interval: Interval };
}

/** Answers as numbers of labels, one for each row. */
export function forgottenAnswersOf(
  truth: ArrayLike<number>,
  before: ArrayLike<number>,
  now: ArrayLike<number>,
): ForgottenAnswers | null {
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
