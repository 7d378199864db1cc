/** A trial of a sweep, and a sweep as TypeScript sees it. */
import type { SearchPoint } from "#stdlib/searches/kind.js";

export interface TrialRecord {
  /** From 1. */
  readonly number: number;
  /** Path → value as Tune text (`lora(rank: 8)`, `0.001`). */
  readonly values: Readonly<Record<string, string>>;
  /** The point drawn by the search, by dimension. */
  readonly point: SearchPoint;
  /** Of the first goal, as its metric says it; null: none yet, or none came. */
  readonly score: number | null;
  /** Pruned: given up by the pruner; stopped: by a person, with the score that it had. */
  readonly state: "running" | "done" | "pruned" | "stopped" | "failed";
  readonly seconds: number;
  readonly run: string | null;
  readonly error: string | null;
  /** Of each goal, in their order; absent: there is one. */
  readonly scores?: readonly number[];
  /** Of several seeds how far the score of each goal lies apart (standard deviation); absent: one seed. */
  readonly spread?: readonly number[];
  /** What was measured for each bar that the sweep requires, in their order; absent: none is required. */
  readonly bars?: readonly number[];
  /** Scores of the first goal on the way. */
  readonly reports?: readonly { readonly step: number; readonly score: number }[];
  /** Milliseconds since 1970. */
  readonly begun?: number;
  /** Updates so far, while it runs. */
  readonly step?: number;
  /** Updates that it would train in all. */
  readonly steps?: number;
  /** That it trained on, each time one was read; absent: another program ran it. */
  readonly tokens?: number;
  /** Why it was pruned. */
  readonly why?: string;
  /** Hash of the recipe that its values came to; absent: nobody noted it. */
  readonly recipe?: string;
  /** Hash of its data. */
  readonly data?: string;
  /** The number of the trial in whose place it was trained again: that one counts no more. */
  readonly again?: number;
}

/** What TypeScript sees of a sweep. */
export interface SweepHandle {
  readonly name: string;
  readonly goal: { readonly direction: "maximize" | "minimize"; readonly metric: string };
  readonly trials: readonly TrialRecord[];
  readonly best: {
    readonly number: number;
    readonly score: number;
    readonly values: Readonly<Record<string, string>>;
    readonly tune: string;
    /** The folder of its run, which has its weights. */
    readonly run: string | null;
  } | null;
  /** Ends a trial that runs, with the score that it has. Coded error `trial-not-running`. */
  stop(number: number): void;
  /** Begins a trial like that one, other values changed (path → Tune text). Coded errors `trial-not-cloned`, `not-in-space`. */
  clone(number: number, changes?: Readonly<Record<string, string>>): void;
  /** Stops a trial that runs, and begins one like it with other values. */
  change(number: number, changes: Readonly<Record<string, string>>): void;
}
export const sweepType = `{
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
