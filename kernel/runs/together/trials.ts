/**
 * Which runs are trials of which sweep. A sweep's run names the sweep in its lock. A trial's score is in the sweep's
 * journal, `runs/sweeps/NAME-HASH.jsonl` (Optuna's format), which also lists runs whose lock names no sweep.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { objectWith, schemaGuard, wholeNumber, type Schema } from "../../fetch/json.js";
import { OptunaJournalFile } from "../optuna/journal-file.js";
import { clip, oneLine, printable } from "../../host/value-text.js";
import { fileStampOf } from "../../fetch/stamp.js";
import { finiteNumber } from "../../events/finite.js";

/** The trial's entry in a run's lock. */
export interface TrialOfRun {
  readonly sweep: string;
  /** File name of the sweep's journal, without the extension. */
  readonly journal: string;
  /** Trial number, from 1. */
  readonly number: number;
  readonly goal: { readonly metric: string; readonly direction: "maximize" | "minimize" };
  /** The trials are seeds of one recipe (`repeats`), not a sweep. */
  readonly seeds?: true;
}
export const trialOfRunSchema: Schema<TrialOfRun> = objectWith({
  sweep: v.string(),
  journal: v.string(),
  number: wholeNumber(1),
  goal: objectWith({ metric: v.string(), direction: v.picklist(["maximize", "minimize"]) }),
  seeds: v.exactOptional(v.literal(true)),
});
const isTrial = schemaGuard(trialOfRunSchema);
/** A trial's entry in the table of runs. */
export interface TrialListing {
  /** Equal for all trials of one sweep. */
  readonly key: string;
  readonly sweep: string;
  readonly number: number;
  /** For example `rank: 8, learning_rate: 0.001`; null while it trains. */
  readonly values: string | null;
  readonly score: number | null;
  readonly goal: TrialOfRun["goal"] | null;
  readonly seeds?: true;
}

type Journaled = Pick<TrialListing, "key" | "sweep" | "number" | "values" | "score">;
const most = { journals: 1000, bytes: 1 << 26 } as const;
interface Looked {
  readonly stamp: string;
  readonly log: OptunaJournalFile;
  readonly byRun: ReadonlyMap<string, Journaled>;
}

export class TrialIndex {
  private readonly journals = new Map<string, Looked>();
  /** Increases when a journal has changed. */
  revision = 0;

  constructor(private readonly root: string) {}

  async look(): Promise<void> {
    const folder = join(this.root, "sweeps");
    const files = (await readdir(folder).catch((): string[] => []))
      .filter((name) => name.endsWith(".jsonl"))
      .slice(0, most.journals);
    for (const gone of [...this.journals.keys()].filter((name) => !files.includes(name))) {
      this.journals.delete(gone);
      this.revision += 1;
    }
    for (const name of files) {
      const found = await stat(join(folder, name)).catch(() => null);
      if (!found?.isFile() || found.size > most.bytes) continue;
      const stamp = fileStampOf(found);
      const before = this.journals.get(name);
      if (before?.stamp === stamp) continue;
      const log = before?.log ?? new OptunaJournalFile(join(folder, name));
      log.look();
      this.journals.set(name, { stamp, log, byRun: journaled(name.slice(0, -".jsonl".length), log) });
      this.revision += 1;
    }
  }

  /** @param lock the trial's entry in the run's lock, if any */
  trialOf(run: string, lock: unknown): TrialListing | null {
    const trialInLock = trialIn(lock);
    for (const { byRun } of this.journals.values()) {
      const found = byRun.get(run);
      if (found)
        return { ...found, goal: trialInLock?.goal ?? null, ...(trialInLock?.seeds && { seeds: trialInLock.seeds }) };
    }
    if (!trialInLock) return null;
    const { journal: key, sweep, number, goal, seeds } = trialInLock;
    return { key, sweep, number, values: null, score: null, goal, ...(seeds && { seeds }) };
  }
}

function journaled(key: string, { replay }: OptunaJournalFile): ReadonlyMap<string, Journaled> {
  const sweep = plain(key.replace(/-[0-9a-f]{12}$/, ""));
  const found = new Map<string, Journaled>();
  const note = (run: string, trial: Pick<Journaled, "number" | "score">, values: unknown): void => {
    const id = basename(run.replaceAll("\\", "/"));
    found.set(id, { key: plain(key), sweep, ...trial, values: valuesText(values) });
  };
  for (const { trials } of replay.studies.values())
    for (const { number, values, userAttrs } of trials) {
      const run = userAttrs.get("run");
      if (typeof run === "string")
        note(run, { number: number + 1, score: finiteNumber(values?.[0]) }, userAttrs.get("values"));
    }
  return found;
}

function trialIn(value: unknown): TrialOfRun | null {
  if (!isTrial(value)) return null;
  const { sweep, journal, number, goal, seeds } = value;
  return {
    sweep: plain(sweep),
    journal: plain(journal),
    number,
    goal: { metric: plain(goal.metric), direction: goal.direction },
    ...(seeds && { seeds }),
  };
}
function valuesText(values: unknown): string | null {
  if (typeof values !== "object" || values === null) return null;
  return clip(
    oneLine(
      printable(
        Object.entries(values)
          .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
          .join(", "),
      ),
    ),
    200,
  );
}

function plain(text: string): string {
  return clip(oneLine(printable(text)), 120);
}
