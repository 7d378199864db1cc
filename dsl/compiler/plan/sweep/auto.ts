/**
 * Plan of `sweep auto`: states a goal instead of what varies. The host probes, writes a sweep as a program, and runs
 * it.
 */
import type { DataPlan, Call } from "../../../language/types/value.js";

export interface SweepGoal {
  readonly direction: "maximize" | "minimize";
  readonly metric: Call;
}

export interface AutoSweepPlan {
  readonly data: DataPlan;
  /** The task as written, or the one that fits the roles of the data. */
  readonly task: Call;
  /** Bases as written, relative to `folder`; defaults to those available locally. */
  readonly bases?: readonly string[];
  readonly folder: string;
  /** Fixed settings: keys of the recipe after `with`, as Tune text. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The ranking goal: the first of `goals`. */
  readonly goal: SweepGoal;
  readonly goals: readonly SweepGoal[];
  /** Thresholds, as in a sweep. */
  readonly require?: readonly Call[];
  /** As a program writes them: the keys of goals and thresholds in order, and the first goal's metric. */
  readonly written: { readonly keys: Readonly<Record<string, string>>; readonly goal: string };
  /** Maximum trials; null for as many as the budget allows. */
  readonly trials: number | null;
  /** Time budget of probes and trials together. */
  readonly budgetMs: number;
  readonly budgetTokens?: number;
  readonly atOnce?: number;
  /** The runner as a program writes it; defaults to the notebook's own engine. */
  readonly runner?: string;
}
