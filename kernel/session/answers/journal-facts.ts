/** Facts for the compiler about the journals that a sweep starts from, and where those files are. */
import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import type { JournalFacts, EarlierTrials } from "#dsl/language/types/facts.js";
import { OptunaJournalFile } from "../../runs/optuna/journal-file.js";
import { OPTUNA_DIRECTIONS } from "../../runs/optuna/operations.js";
import { isTrialOver } from "../../runs/optuna/replay.js";
import { readRegularFile } from "../../runs/read-events.js";

export interface SessionFolders {
  /** Folder of the notebook. */
  readonly folder: string;
  readonly runs: string;
}

/** Returns the path of a journal. Throws the coded error `no-such-sweep`. */
export function sweepJournalPath(source: EarlierTrials, { folder, runs }: SessionFolders): string {
  if ("journal" in source) return resolve(folder, source.folder, source.journal);
  const newest = journalsOf(source.sweep, join(runs, "sweeps"))[0];
  if (newest === undefined) throw new CodedError("no-such-sweep", { name: source.sweep, has: [] });
  return newest;
}

/** Throws the coded errors `no-such-sweep` and `no-journal`. */
export function journalFacts(source: EarlierTrials, places: SessionFolders): JournalFacts {
  const file = sweepJournalPath(source, places);
  const log = new OptunaJournalFile(file);
  log.look();
  const studies = [...log.replay.studies.values()].map(({ directions, trials }) => ({
    directions: directions.map((one) =>
      one === OPTUNA_DIRECTIONS.maximize ? ("maximize" as const) : ("minimize" as const),
    ),
    varies: [...new Set(trials.flatMap(({ params }) => [...params.keys()]))],
    trials: trials.filter(isTrialOver).length,
  }));
  if (studies.length > 0) return { studies };
  const name = "sweep" in source ? source.sweep : source.journal;
  throw new CodedError("no-journal", {
    file: name,
    why: readRegularFile(file) === null ? "there is no such file" : "it has no study",
  });
}

/** Returns the sweep's journals, the newest first. */
function journalsOf(sweep: string, folder: string): readonly string[] {
  const namePattern = new RegExp(`^${sweep.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}-[0-9a-f]{12}\\.jsonl$`, "u");
  return namesIn(folder)
    .filter((name) => namePattern.test(name))
    .map((name) => ({ file: join(folder, name), at: changedAt(join(folder, name)) }))
    .sort((a, b) => b.at - a.at)
    .map(({ file }) => file);
}
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // no sweep was started in this folder yet
  }
}
function changedAt(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
