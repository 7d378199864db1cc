/**
 * Forgets rows: deletes them from the replay buffers of runs and prevents storing them again. Lists the runs that
 * trained on them, since weights can't unlearn.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readExemplarsAndDamage, writeExemplars, type ReplayExemplar } from "../../runs/continual-state.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { whileLocked } from "../../runs/run-lock.js";
import { planOfRun } from "../../models/loaded-run.js";

export interface RunReplayDeletion {
  readonly run: string;
  /** Number of rows deleted from its replay buffer. */
  readonly deleted: number;
  /** Whether its own data contained such rows; otherwise they came from earlier data. */
  readonly isOwn: boolean;
}
export interface ReplayDeletionResult {
  /** Requested texts, and those that were in a replay buffer. */
  readonly requested: number;
  readonly found: number;
  readonly rows: number;
  /** Unreadable lines, which were deleted too. */
  readonly damaged: number;
  readonly saw: readonly RunReplayDeletion[];
}

/** Roles that are compared; labels and weights are not. */
const READ = ["text", "text_pair", "negative", "tokens", "question", "context", "input", "target"];

/** Normalizes texts for comparison: white space and Unicode forms make no difference. */
const formOf = (text: string): string => text.normalize("NFC").trim().replace(/\s+/gu, " ");

/** Which of the texts a row contains; `texts` are in the form of `formOf`. */
export function textsContainedInRow(
  roles: Readonly<Record<string, unknown>>,
  texts: ReadonlySet<string>,
): readonly string[] {
  return READ.flatMap((role) => {
    const value = roles[role];
    const text = Array.isArray(value) ? value.join(" ") : value;
    const form = typeof text === "string" ? formOf(text) : null;
    return form !== null && texts.has(form) ? [form] : [];
  });
}
export const textsToForget = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.map(formOf).filter((text) => text !== ""));

/**
 * Deletes the texts from the replay buffer of every run in the folder. Coded errors `run-busy` (before anything is
 * deleted, if an update is running: it would save the rows that it has in memory), `no-space`, `run-folder`.
 */
export async function deleteReplayTexts(runs: string, texts: ReadonlySet<string>): Promise<ReplayDeletionResult> {
  if (!existsSync(runs)) return { requested: texts.size, found: 0, rows: 0, damaged: 0, saw: [] };
  return whileLocked(runs, "forget", () => deleteFromRuns(runs, texts));
}

/** Runs an update, which has rows of the replay buffers in memory, while none are deleted. Coded error `run-busy`. */
export async function withReplayDeletionBlocked<T>(runs: string, update: () => Promise<T>): Promise<T> {
  makePrivateFolder(runs);
  return whileLocked(runs, "update", update);
}

async function deleteFromRuns(runs: string, texts: ReadonlySet<string>): Promise<ReplayDeletionResult> {
  const found = new Set<string>();
  const hashes = new Set<string>();
  const deleted = new Map<string, number>();
  let [rows, damaged] = [0, 0];
  const folders = readdirSync(runs, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => join(runs, name));
  const forgetIn = (run: string): void => {
    const exemplars = readExemplarsAndDamage(run);
    const remaining = exemplars.rows.filter((row) => {
      const matching = textsContainedInRow(row.roles, texts);
      for (const text of matching) found.add(text);
      if (matching.length > 0) hashes.add(row.hash);
      return matching.length === 0;
    });
    const gone = exemplars.rows.length - remaining.length;
    if (gone === 0 && exemplars.damaged === 0) return;
    writeExemplars(run, remaining);
    damaged += exemplars.damaged;
    rows += gone;
    if (gone > 0) deleted.set(run, gone);
  };
  for (const run of folders) {
    const { rows: all, damaged: torn } = readExemplarsAndDamage(run);
    // A read-only run is no problem if nothing needs to be deleted from it.
    if (torn === 0 && !all.some(({ roles }) => textsContainedInRow(roles, texts).length > 0)) continue;
    await whileLocked(run, "train", async () => forgetIn(run));
  }
  const saw = folders.flatMap((run): readonly RunReplayDeletion[] => {
    const isOwn = hashes.has(dataOf(run) ?? "");
    const gone = deleted.get(run) ?? 0;
    return isOwn || gone > 0 ? [{ run: basename(run), deleted: gone, isOwn }] : [];
  });
  return { requested: texts.size, found: found.size, rows, damaged, saw };
}

/** Identifies the data of a run; null if the folder is not a run or does not record it. */
function dataOf(run: string): string | null {
  try {
    return planOfRun(run).recipe.dataHash;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return null;
  }
}

export const exemplarFilterExcluding =
  (texts: ReadonlySet<string>) =>
  ({ roles }: Pick<ReplayExemplar, "roles">): boolean =>
    texts.size === 0 || textsContainedInRow(roles, texts).length === 0;
