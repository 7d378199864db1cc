/** What a Tune program finds around it when it is compiled and run: folder, live TypeScript values, parameters, progress. */
import type { Value } from "#dsl/language/types/value.js";

/**
 * How far some work is: `label` says what, and of what `done` and `total` are numbers (`rows of reviews read`). Work that
 * nobody can divide is 0 of 1, then 1 of 1.
 */
export interface Progress {
  readonly label: string;
  readonly done: number;
  /** Null: nobody knows it beforehand. */
  readonly total: number | null;
}
/**
 * What is not fetched: `all` in a folder that is not trusted, `secrets` (what a secret would be sent for) while someone is typing,
 * since half an address may be another server's.
 */
export type WithheldFetches = "all" | "secrets";

export interface HostContext {
  /** Folder of the notebook or file: relative paths start there. */
  readonly folder: string;
  /** Folder of all runs; absent: `runs` beside the notebook. */
  readonly runs?: string;
  /** Values of TypeScript names (`$x`). */
  live(name: string): { readonly value: unknown } | undefined;
  /** Path → Tune text of the best trial of a sweep that ran, for `with search.best`. */
  best?(sweep: string): Readonly<Record<string, string>> | undefined;
  /** The folder of its run, for `evaluate search.best`; null: it isn't kept; undefined: there is no such sweep, or it found nothing. */
  bestRun?(sweep: string): string | null | undefined;
  /** How many trials a sweep had that ran and has no best one; undefined: there is no such sweep, or it has one. */
  withoutBest?(sweep: string): number | undefined;
  /** Names made by TypeScript cells: a Tune name may not take one. */
  typescript(): readonly string[];
  /** `-p name=value`. */
  readonly parameters: Readonly<Record<string, Value>>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** What must not be fetched; it is `not-fetched` then. Absent: everything may be. */
  readonly withhold?: WithheldFetches | undefined;
}
/** Work that can't be divided, told to whoever waits for it. */
export async function withProgressLabel<T>(
  { onProgress }: HostContext,
  label: string,
  work: () => Promise<T>,
): Promise<T> {
  onProgress?.({ label, done: 0, total: 1 });
  try {
    return await work();
  } finally {
    onProgress?.({ label, done: 1, total: 1 });
  }
}
export function plainHostContext(folder: string, parameters: Readonly<Record<string, Value>> = {}): HostContext {
  return { folder, parameters, live: () => undefined, typescript: () => [] };
}
