/** What `sweep auto` comes to: not what varies but what is wanted; the host looks, writes a sweep as a program, and runs that. */
import type { DataPlan } from "../../../language/types/subject.js";
import type { Call } from "../../../language/types/value.js";

export interface SweepGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: Call;
}

export interface AutoPlan {
  readonly data: DataPlan;
  /** As written, or the one that the roles of the data are for. */
  readonly task: Call;
  /** As written, relative to `folder`; absent: those at hand. */
  readonly bases?: readonly string[];
  readonly folder: string;
  /** Settings that stay: keys of the recipe after `with`, as Tune text. */
  readonly fixed: Readonly<Record<string, string>>;
  /** What everything is ranked by: the first of `goals`. */
  readonly goal: SweepGoal;
  readonly goals: readonly SweepGoal[];
  /** As of a sweep. Absent: none. */
  readonly require?: readonly Call[];
  /** As a program writes them: the keys of goals and bars in their order, and the first goal's metric. */
  readonly written: { readonly keys: Readonly<Record<string, string>>; readonly goal: string };
  /** Most trials; null: as many as the budget lets begin. */
  readonly trials: number | null;
  /** For probes and trials together. */
  readonly budgetMs: number;
  readonly budgetTokens?: number;
  readonly atOnce?: number;
  /** As a program writes it. Absent: the notebook's own engine. */
  readonly runner?: string;
}
