/**
 * Rows that shall be forgotten: deleted from what runs keep to learn again, and kept by none from now on. Which runs learnt from
 * them is told, as weights can't unlearn.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readExemplarsAndDamage, writeExemplars, type Exemplar } from "../../runs/continual-state.js";
import { runBusyError, lockHolderOf, lockRun } from "../../runs/run-lock.js";
import { planOfRun } from "../../models/loaded-run.js";

export interface RunDeletion {
  readonly run: string;
  /** Rows that were deleted from what it kept. */
  readonly deleted: number;
  /** Whether its own data had some; else they came back from earlier ones. */
  readonly isOwn: boolean;
}
export interface ForgetResult {
  /** Texts that were asked for, and those of them that stood in a memory. */
  readonly requested: number;
  readonly found: number;
  readonly rows: number;
  /** Lines that could not be read, and so were deleted too. */
  readonly damaged: number;
  readonly saw: readonly RunDeletion[];
}

/** Roles that are read; those that say what is right or how much a row counts are none. */
const READ = ["text", "text_pair", "negative", "tokens", "question", "context", "input", "target"];

/** As texts are compared: blanks and the forms of letters make no difference. */
const formOf = (text: string): string => text.normalize("NFC").trim().replace(/\s+/gu, " ");

/** Which of the texts a row holds; those that are asked for as `describeExpression` has them. */
export function textsHeldBy(roles: Readonly<Record<string, unknown>>, texts: ReadonlySet<string>): readonly string[] {
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
 * Deletes them from the memory of every run of the folder, each while nobody else writes it. Coded errors `run-busy` (before
 * anything is deleted where an update trains: it would keep at its end what it began with), `no-space`, `run-folder`.
 */
export async function forgetRows(runs: string, texts: ReadonlySet<string>): Promise<ForgetResult> {
  const found = new Set<string>();
  const hashes = new Set<string>();
  const deleted = new Map<string, number>();
  let [rows, damaged] = [0, 0];
  const folders = existsSync(runs)
    ? readdirSync(runs, { withFileTypes: true })
        .filter((one) => one.isDirectory())
        .map(({ name }) => join(runs, name))
    : [];
  const forgetIn = (run: string): void => {
    const exemplars = readExemplarsAndDamage(run);
    const remaining = exemplars.rows.filter((row) => {
      const matching = textsHeldBy(row.roles, texts);
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
  for (const run of folders) demandIdle(run);
  for (const run of folders) {
    const { rows: all, damaged: torn } = readExemplarsAndDamage(run);
    // A run that nobody may write is no matter where there is nothing to delete.
    if (torn === 0 && !all.some(({ roles }) => textsHeldBy(roles, texts).length > 0)) continue;
    const lock = await lockRun(run, "train");
    try {
      forgetIn(run);
    } finally {
      lock.release();
    }
  }
  const saw = folders.flatMap((run): readonly RunDeletion[] => {
    const isOwn = hashes.has(dataOf(run) ?? "");
    const gone = deleted.get(run) ?? 0;
    return isOwn || gone > 0 ? [{ run: basename(run), deleted: gone, isOwn }] : [];
  });
  return { requested: texts.size, found: found.size, rows, damaged, saw };
}

/** Coded error `run-busy`. */
function demandIdle(run: string): void {
  const holder = lockHolderOf(run);
  if (holder?.does === "train" && isStage(run)) throw runBusyError(run, holder);
}
function isStage(run: string): boolean {
  try {
    return planOfRun(run).recipe.update !== undefined;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return false;
  }
}

/** What tells the data of a run; null: the folder is none, or says it no more. */
function dataOf(run: string): string | null {
  try {
    return planOfRun(run).recipe.dataHash;
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return null;
  }
}

/** Whether a row may be kept. */
export const mayKeep =
  (texts: ReadonlySet<string>) =>
  ({ roles }: Pick<Exemplar, "roles">): boolean =>
    texts.size === 0 || textsHeldBy(roles, texts).length === 0;
