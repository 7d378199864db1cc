/**
 * Which runs are trials of which sweep. A run of a sweep says so in its lock; what the trial scored stands in the sweep's
 * journal, `runs/sweeps/NAME-HASH.jsonl`, which also knows the runs of sweeps that wrote no such lock.
 */
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import * as v from "valibot";
import { fields, jsonOrNone, like, maybe, whole, type Schema } from "../fetch/json.js";
import { readRegular } from "../artifacts/read-regular.js";
import { clip, oneLine, printable } from "../core/display/text.js";
import { stampOf } from "../fetch/stamp.js";
import { finite } from "../core/session/finite.js";

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
  ...{ sweep: v.string(), journal: v.string(), number: whole(1) },
  goal: fields({ metric: v.string(), direction: v.picklist(["maximize", "minimize"]) }),
  seeds: v.exactOptional(v.literal(true)),
});
const isTrial = like(trialSchema);
/** Of a journal's line what is told of a run. */
const trialLine = fields({ run: v.string(), number: whole(1), values: maybe, score: maybe });
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
const most = { journals: 1000, bytes: 1 << 24 } as const;

export class Trials {
  private readonly journals = new Map<
    string,
    { readonly stamp: string; readonly byRun: ReadonlyMap<string, Journaled> }
  >();
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
      if (this.journals.get(name)?.stamp === stamp) continue;
      const text = readRegular(join(folder, name), most.bytes) ?? "";
      this.journals.set(name, { stamp, byRun: journaled(name.slice(0, -".jsonl".length), text) });
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

function journaled(key: string, text: string): ReadonlyMap<string, Journaled> {
  const sweep = plain(key.replace(/-[0-9a-f]{12}$/, ""));
  const found = new Map<string, Journaled>();
  for (const line of text.split("\n")) {
    // Null: it is torn, or not ours.
    const record = line === "" ? null : jsonOrNone(line, trialLine);
    if (!record) continue;
    const { run, number, values, score } = record;
    const id = basename(run.replaceAll("\\", "/"));
    found.set(id, { key: plain(key), sweep, number, values: valuesText(values), score: finite(score) });
  }
  return found;
}

function trialIn(value: unknown): TrialOf | null {
  if (!isTrial(value)) return null;
  const { sweep, journal, number, goal, seeds } = value;
  return {
    ...{ sweep: plain(sweep), journal: plain(journal), number },
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
