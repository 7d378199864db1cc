/** What of each task was right once and is wrong after the latest stage, from what models answered after each. */
import { forgottenOf, type Forgotten } from "../../continual/forgotten-answers.js";
import { asksOf, toldOf, type Learnable, type Scoring } from "./tasks.js";

/** What was answered on each task, as numbers of labels. */
export type Said = readonly (ArrayLike<number> | null)[];

export interface ForgottenOf extends Forgotten {
  /** `tickets.test`. */
  readonly on: string;
  /** After which row of the matrix they were right. */
  readonly after: number;
  example(row: number): { readonly row: number; readonly text: string; readonly right: string; readonly now: string };
}

/** `said`: by rows of the matrix. Of tasks that were learnt before the last of them, as soon as they were. */
export async function forgottenBy(
  said: readonly Said[],
  tasks: readonly Learnable[],
  of: Scoring,
): Promise<readonly ForgottenOf[]> {
  const last = said.length - 1;
  const told = toldOf(tasks);
  const found: ForgottenOf[] = [];
  for (const [j, task] of tasks.entries()) {
    const { learnt: after } = task;
    const [before, now] = [said[after]?.[j], said[last]?.[j]];
    if (after >= last || !before || !now) continue;
    const rows = (await asksOf(task, of))?.rows;
    const truth = rows?.taught?.oneRight;
    const forgotten = truth && forgottenOf(truth, before, now);
    if (!rows || !forgotten) continue;
    const named = (label: number | undefined): string => of.labels[label ?? -1] ?? "";
    found.push({
      ...forgotten,
      on: `${told[j]?.data ?? ""}.${task.split ?? ""}`,
      after,
      example: (row) => ({
        row: rows.rows[row] ?? 0,
        text: rows.text(row),
        right: named(truth[row]),
        now: named(now[row]),
      }),
    });
  }
  return found;
}
