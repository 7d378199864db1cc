/** A trial of a sweep, and a sweep as TypeScript sees it. */
import type { Point } from "#stdlib/kinds/search.js";

export interface TrialRecord {
  /** From 1. */
  readonly number: number;
  /** Path → value as Tune text (`lora(rank: 8)`, `0.001`). */
  readonly values: Readonly<Record<string, string>>;
  /** The point drawn by the search, by dimension. */
  readonly point: Point;
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
  /** Updates that it would train in all. */
  readonly steps?: number;
  /** Why it was pruned. */
  readonly why?: string;
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
  } | null;
}
export const sweepType = `{
  readonly name: string;
  readonly trials: readonly { readonly number: number; readonly values: Readonly<Record<string, string>>; readonly score: number | null; readonly state: string; readonly seconds: number; readonly run: string | null; readonly error: string | null }[];
  /** The best trial: its score, its values, and the Tune text that trains it. */
  readonly best: { readonly number: number; readonly score: number; readonly values: Readonly<Record<string, string>>; readonly tune: string } | null;
}`;
