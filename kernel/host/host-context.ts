/** Environment in which a Tune program is compiled and run: folder, live TypeScript values, parameters, progress. */
import type { Value } from "#dsl/language/types/value.js";

/**
 * Progress of some work: `label` names it and the unit of `done` and `total` (`rows of reviews read`). Work that can't
 * be divided is 0 of 1, then 1 of 1.
 */
export interface ProgressUpdate {
  readonly label: string;
  readonly done: number;
  /** Null if it is unknown beforehand. */
  readonly total: number | null;
}
/**
 * What must not be fetched: `all` in an untrusted folder; `secrets` (anything that a secret would be sent for) while
 * someone is typing, since an incomplete address may be another server's.
 */
export type WithheldFetches = "all" | "secrets";

export interface HostContext {
  /** Folder of the notebook or file: relative paths start from it. */
  readonly folder: string;
  /** Folder of all runs. Defaults to `runs` next to the notebook. */
  readonly runs?: string;
  /** Values of TypeScript names (`$x`). */
  live(name: string): { readonly value: unknown } | undefined;
  /** Path → Tune text of the best trial of a finished sweep, for `with search.best`. */
  best?(sweep: string): Readonly<Record<string, string>> | undefined;
  /**
   * The folder of the best trial's run, for `evaluate search.best`; null if its weights were not saved; undefined if
   * there is no such sweep, or it has no result.
   */
  bestRun?(sweep: string): string | null | undefined;
  /** Number of trials of a finished sweep without a best one; undefined if there is no such sweep, or it has one. */
  withoutBest?(sweep: string): number | undefined;
  /** Names defined by TypeScript cells, which Tune names may not reuse. */
  typescript(): readonly string[];
  /** From `-p name=value`. */
  readonly parameters: Readonly<Record<string, Value>>;
  readonly onProgress?: (progress: ProgressUpdate) => void;
  readonly signal?: AbortSignal;
  /** What must not be fetched; the error is `not-fetched` then. Defaults to fetching everything. */
  readonly withhold?: WithheldFetches | undefined;
}
/** Reports work that can't be divided as progress. */
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
