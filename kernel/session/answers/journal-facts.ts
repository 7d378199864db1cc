/** What the compiler is told of the journals that a sweep starts from, and where they lie. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import type { JournalFacts, TrialsOf } from "#dsl/language/types/facts.js";
import { JournalFile } from "../../runs/optuna/journal-file.js";
import { DIRECTION } from "../../runs/optuna/operations.js";
import { over } from "../../runs/optuna/replay.js";
import { readRegular } from "../../runs/read-regular.js";

export interface Places {
  /** Of the notebook. */
  readonly folder: string;
  readonly runs: string;
}

/** Its file. Coded error `no-such-sweep`. */
export function journalFile(of: TrialsOf, { folder, runs }: Places): string {
  if ("journal" in of) return resolve(folder, of.folder, of.journal);
  const newest = journalsOf(of.sweep, join(runs, "sweeps"))[0];
  if (newest === undefined) throw new CodedError("no-such-sweep", { name: of.sweep, has: [] });
  return newest;
}

/** Coded errors `no-such-sweep`, `no-journal`. */
export function journalFacts(of: TrialsOf, places: Places): JournalFacts {
  const file = journalFile(of, places);
  const log = new JournalFile(file);
  log.look();
  const studies = [...log.replay.studies.values()].map(({ directions, trials }) => ({
    directions: directions.map((one) => (one === DIRECTION.maximize ? ("maximize" as const) : ("minimize" as const))),
    varies: [...new Set(trials.flatMap(({ params }) => [...params.keys()]))],
    trials: trials.filter(over).length,
  }));
  if (studies.length > 0) return { studies };
  const name = "sweep" in of ? of.sweep : of.journal;
  throw new CodedError("no-journal", {
    file: name,
    why: readRegular(file) === null ? "there is no such file" : "it has no study",
  });
}

/** The newest first. */
function journalsOf(sweep: string, folder: string): readonly string[] {
  const own = new RegExp(`^${sweep.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}-[0-9a-f]{12}\\.jsonl$`, "u");
  return namesIn(folder)
    .filter((name) => own.test(name))
    .map((name) => ({ file: join(folder, name), at: changedAt(join(folder, name)) }))
    .sort((a, b) => b.at - a.at)
    .map(({ file }) => file);
}
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no sweep was there yet
  }
}
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
