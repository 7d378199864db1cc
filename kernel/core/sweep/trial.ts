/** A trial of a sweep, and a sweep as TypeScript sees it. */
import type { Point } from "#stdlib/kinds/search.js";

export interface TrialRecord {
  /** From 1. */
  readonly number: number;
  /** Path → value as Tune text (`lora(rank: 8)`, `0.001`). */
  readonly values: Readonly<Record<string, string>>;
  /** The point drawn by the search, by dimension. */
  readonly point: Point;
  readonly score: number | null;
  readonly state: "done" | "failed" | "running";
  readonly seconds: number;
  readonly run: string | null;
  readonly error: string | null;
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
