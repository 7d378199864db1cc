/** A trial of a sweep, and the sweep handle for TypeScript. */
import type { SearchPoint } from "#stdlib/searches/kind.js";

export interface TrialRecord {
  /** Trial number, from 1. */
  readonly number: number;
  /** Path → value as Tune text (`lora(rank: 8)`, `0.001`). */
  readonly values: Readonly<Record<string, string>>;
  /** The point drawn by the search, by dimension. */
  readonly point: SearchPoint;
  /** Score of the first goal, as its metric reports it; null if there is none yet, or none was measured. */
  readonly score: number | null;
  /** Pruned: ended by the pruner. Stopped: ended by the user, with the score at that moment. */
  readonly state: "running" | "done" | "pruned" | "stopped" | "failed";
  readonly seconds: number;
  readonly run: string | null;
  readonly error: string | null;
  /** Score of each goal, in their order; unset if there is one goal. */
  readonly scores?: readonly number[];
  /** Standard deviation of each goal's score over the seeds; unset for one seed. */
  readonly spread?: readonly number[];
  /** Measured value for each required threshold, in their order; unset if none is required. */
  readonly bars?: readonly number[];
  /** Intermediate scores of the first goal. */
  readonly reports?: readonly { readonly step: number; readonly score: number }[];
  /** Milliseconds since 1970. */
  readonly begun?: number;
  /** Updates so far, while it runs. */
  readonly step?: number;
  /** Total number of updates. */
  readonly steps?: number;
  /** Tokens trained on, counted each time they were read; unset if another program ran the trial. */
  readonly tokens?: number;
  /** Why it was pruned. */
  readonly why?: string;
  /** Hash of the recipe that its values gave; unset if it was not recorded. */
  readonly recipe?: string;
  /** Hash of its data. */
  readonly data?: string;
  /** Number of the trial that this one replaces: that trial no longer counts. */
  readonly again?: number;
}

/** The view of a sweep in TypeScript. */
export interface SweepInTypeScript {
  readonly name: string;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: string };
  readonly trials: readonly TrialRecord[];
  readonly best: {
    readonly number: number;
    readonly score: number;
    readonly values: Readonly<Record<string, string>>;
    readonly tune: string;
    /** Run folder with the best trial's weights. */
    readonly run: string | null;
  } | null;
  /** Ends a running trial with its present score. Throws the coded error `trial-not-running`. */
  stop(number: number): void;
  /**
   * Starts a trial like this one with some values changed (path → Tune text). Throws the coded errors
   * `trial-not-cloned` and `not-in-space`.
   */
  clone(number: number, changes?: Readonly<Record<string, string>>): void;
  /** Stops a running trial and starts one like it with other values. */
  change(number: number, changes: Readonly<Record<string, string>>): void;
}
export const sweepTypeText = `{
  readonly name: string;
  readonly trials: readonly {
    readonly number: number;
    /** Path to value, as Tune text. */
    readonly values: Readonly<Record<string, string>>;
    readonly score: number | null;
    /** Of each goal, where there are several. */
    readonly scores?: readonly number[];
    readonly state: "running" | "done" | "pruned" | "stopped" | "failed";
    /** Validation scores on the way. */
    readonly reports?: readonly { readonly step: number; readonly score: number }[];
    readonly seconds: number;
    readonly run: string | null;
    readonly error: string | null;
    /** Why it was pruned. */
    readonly why?: string;
  }[];
  /** The best trial: its score, its values, the Tune text that trains it, and the folder of its run. */
  readonly best: { readonly number: number; readonly score: number; readonly values: Readonly<Record<string, string>>; readonly tune: string; readonly run: string | null } | null;
  /** Ends a trial that runs, with the score that it has. */
  stop(number: number): void;
  /** Begins a trial like that one, some values changed: \`found.clone(7, { "optimizer.learning_rate": "0.001" })\`. */
  clone(number: number, changes?: Readonly<Record<string, string>>): void;
  /** Stops a trial that runs, and begins one like it with other values. */
  change(number: number, changes: Readonly<Record<string, string>>): void;
}`;
