/**
 * Which runs are trials of which sweep. A run of a sweep says so in its lock; what the trial scored stands in the sweep's
 * journal, `runs/sweeps/NAME-HASH.jsonl`, in Optuna's format, which also names runs whose lock names no sweep.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { fields, like, whole, type Schema } from "../../fetch/json.js";
import { JournalFile } from "../optuna/journal-file.js";
import { clip, oneLine, printable } from "../../host/text.js";
import { stampOf } from "../../fetch/stamp.js";
import { finite } from "../../events/finite.js";

/** In a run's lock. */
export interface TrialOf {
  /** The sweep's name. */
  readonly sweep: string;
  /** Its journal's file name, without the ending. */
  readonly journal: string;
  /** From 1. */
  readonly number: number;
  readonly goal: { readonly metric: string; readonly direction: "maximize" | "minimize" };
  /** They are seeds of one recipe (`repeats`), and no sweep. */
  readonly seeds?: true;
}
export const trialSchema: Schema<TrialOf> = fields({
  sweep: v.string(),
  journal: v.string(),
  number: whole(1),
  goal: fields({ metric: v.string(), direction: v.picklist(["maximize", "minimize"]) }),
  seeds: v.exactOptional(v.literal(true)),
});
const isTrial = like(trialSchema);
/** What the table of runs tells of a trial. */
export interface Trial {
  /** Same for all trials of one sweep. */
  readonly key: string;
  readonly sweep: string;
  readonly number: number;
  /** `rank: 8, learning_rate: 0.001`; null while it trains. */
  readonly values: string | null;
  readonly score: number | null;
  readonly goal: TrialOf["goal"] | null;
  readonly seeds?: true;
}

type Journaled = Pick<Trial, "key" | "sweep" | "number" | "values" | "score">;
const most = { journals: 1000, bytes: 1 << 26 } as const;
interface Looked {
  readonly stamp: string;
  readonly log: JournalFile;
  readonly byRun: ReadonlyMap<string, Journaled>;
}

export class Trials {
  private readonly journals = new Map<string, Looked>();
  /** Grows when a journal changed. */
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
      const stamp = stampOf(found);
      const before = this.journals.get(name);
      if (before?.stamp === stamp) continue;
      const log = before?.log ?? new JournalFile(join(folder, name));
      log.look();
      this.journals.set(name, { stamp, log, byRun: journaled(name.slice(0, -".jsonl".length), log) });
      this.revision += 1;
    }
  }

  /** `lock`: as it stands in the run's lock, if anything does. */
  of(run: string, lock: unknown): Trial | null {
    const own = trialIn(lock);
    for (const { byRun } of this.journals.values()) {
      const found = byRun.get(run);
      if (found) return { ...found, goal: own?.goal ?? null, ...(own?.seeds && { seeds: own.seeds }) };
    }
    if (!own) return null;
    const { journal: key, sweep, number, goal, seeds } = own;
    return { key, sweep, number, values: null, score: null, goal, ...(seeds && { seeds }) };
  }
}

function journaled(key: string, { replay }: JournalFile): ReadonlyMap<string, Journaled> {
  const sweep = plain(key.replace(/-[0-9a-f]{12}$/, ""));
  const found = new Map<string, Journaled>();
  const note = (run: string, of: Pick<Journaled, "number" | "score">, values: unknown): void => {
    const id = basename(run.replaceAll("\\", "/"));
    found.set(id, { key: plain(key), sweep, ...of, values: valuesText(values) });
  };
  for (const { trials } of replay.studies.values())
    for (const { number, values, userAttrs } of trials) {
      const run = userAttrs.get("run");
      if (typeof run === "string")
        note(run, { number: number + 1, score: finite(values?.[0]) }, userAttrs.get("values"));
    }
  return found;
}

function trialIn(value: unknown): TrialOf | null {
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
