/**
 * The runs of a folder as a table that is kept: each look reads only what was added to the event logs since. It reads what
 * any process wrote, half-written folders too, and writes nothing.
 */
import { open, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Plan } from "#dsl/plan/plan.js";
import { oneLine, printable } from "../display/text.js";
import { callText } from "../display/value-text.js";
import { RunLog, type Score } from "./run-log.js";
import type { Lock } from "./run-folder.js";
import { holderOf, SILENCE } from "./run-lock.js";
import { isAlive } from "./writer.js";

/**
 * `starting`: its folder is there, its first step is not. `killed`: it ended without a word, its process is gone.
 * `broken`: what a run stands on can't be read.
 */
export type RunState =
  "starting" | "running" | "stopping" | "done" | "early" | "interrupted" | "failed" | "killed" | "broken";
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  /** What is wrong with its folder. */
  readonly problem?: string;
  readonly model: string | null;
  readonly base: string | null;
  readonly technique: string | null;
  readonly data: string | null;
  /** ISO 8601. */
  readonly started: string | null;
  readonly engine: string | null;
  readonly step: number;
  readonly steps: number | null;
  readonly loss: number | null;
  readonly score: Score | null;
  /** Losses, at most some fifty. */
  readonly curve: readonly number[];
  readonly seconds: number | null;
  /** While it runs. */
  readonly tokensPerSecond: number | null;
  readonly secondsLeft: number | null;
}
export interface RunListing {
  /** Of the table; a later look that says it since which is told only what changed. */
  readonly revision: number;
  /** Ids of the newest runs that fit, newest first. */
  readonly order: readonly string[];
  /** How many fit. */
  readonly total: number;
  /** How many there are. */
  readonly all: number;
  readonly runs: readonly RunSummary[];
  /** Why the folder can't be read. */
  readonly problem?: string;
}
export interface RunQuery {
  /** Words that must all be there, in any of the run's texts. */
  readonly filter: string;
  readonly limit: number;
  /** Revision of an earlier answer, or 0. */
  readonly since: number;
}

interface Entry {
  readonly log: RunLog;
  /** Of plan.json and lock.json; read again while they can't be. */
  about: About | null;
  read: number;
  /** Size and time of the log when it was read. */
  stamp: string;
  torn: Buffer;
  touched: number;
  summary: RunSummary | null;
  revision: number;
}
interface About {
  readonly lock: Lock | null;
  readonly plan: Plan | null;
  readonly problem?: string;
}

const atOnce = 16;
const piece = 1 << 20;

export class RunList {
  private readonly entries = new Map<string, Entry>();
  private revision = 0;
  private problem: string | undefined;
  private looking: Promise<void> | null = null;

  constructor(readonly root: string) {}

  /** Looks at the folder again; one look at a time. */
  look(): Promise<void> {
    return (this.looking ??= this.lookNow().finally(() => (this.looking = null)));
  }

  list({ filter, limit, since }: RunQuery): RunListing {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    const all = [...this.entries.values()].flatMap(({ summary, revision }) => (summary ? [{ summary, revision }] : []));
    const fitting = all
      .filter(({ summary }) => words.every((word) => textOf(summary).includes(word)))
      .sort((a, b) => (b.summary.started ?? "").localeCompare(a.summary.started ?? "") || b.summary.id.localeCompare(a.summary.id));
    const shown = fitting.slice(0, limit);
    return {
      revision: this.revision,
      order: shown.map(({ summary }) => summary.id),
      total: fitting.length,
      all: all.length,
      runs: shown.filter(({ revision }) => revision > since).map(({ summary }) => summary),
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }
  get(id: string): RunSummary | undefined {
    return this.entries.get(id)?.summary ?? undefined;
  }
  get busy(): boolean {
    return [...this.entries.values()].some(({ summary }) => isLive(summary?.state));
  }

  private async lookNow(): Promise<void> {
    let names: readonly string[];
    try {
      const found = await readdir(this.root, { withFileTypes: true });
      names = found.filter((one) => one.isDirectory() && !one.name.startsWith(".")).map((one) => one.name);
      this.problem = undefined;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const before = this.problem;
      this.problem = code === "ENOENT" ? undefined : message;
      if (before !== this.problem) this.revision += 1;
      names = [];
    }
    const there = new Set(names);
    for (const id of this.entries.keys())
      if (!there.has(id)) {
        this.entries.delete(id);
        this.revision += 1;
      }
    for (let i = 0; i < names.length; i += atOnce)
      await Promise.all(names.slice(i, i + atOnce).map((id) => this.lookAt(id)));
  }

  private async lookAt(id: string): Promise<void> {
    const folder = join(this.root, id);
    let entry = this.entries.get(id);
    if (!entry) {
      const has: readonly string[] = await readdir(folder).catch(() => []);
      if (!["plan.json", "lock.json", "events.jsonl", "checkpoints"].some((name) => has.includes(name))) return;
      const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: 0 }));
      entry = { log: new RunLog(), about: null, read: 0, stamp: "", torn: Buffer.alloc(0), touched: mtimeMs, summary: null, revision: 0 };
      this.entries.set(id, entry);
    }
    await this.readLog(entry, join(folder, "events.jsonl"));
    if (!entry.about?.plan || !entry.about.lock) entry.about = await aboutOf(folder);
    const summary = summaryOf(id, entry, entry.log.ended === null && holderOf(folder) !== null, Date.now());
    if (entry.summary && JSON.stringify(summary) === JSON.stringify(entry.summary)) return;
    entry.summary = summary;
    entry.revision = this.revision += 1;
  }

  private async readLog(entry: Entry, path: string): Promise<void> {
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) return;
    const stamp = `${found.size} ${found.mtimeMs} ${found.ino}`;
    if (stamp === entry.stamp) return;
    entry.touched = found.mtimeMs;
    if (found.size < entry.read) {
      Object.assign(entry, { log: new RunLog(), read: 0, torn: Buffer.alloc(0) });
    }
    try {
      const file = await open(path, "r");
      try {
        while (entry.read < found.size) {
          const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(piece, found.size - entry.read)), 0, undefined, entry.read);
          if (bytesRead === 0) break;
          entry.read += bytesRead;
          const bytes = Buffer.concat([entry.torn, buffer.subarray(0, bytesRead)]);
          // Only whole lines are decoded: a character may be cut.
          const end = bytes.lastIndexOf(10) + 1;
          entry.log.take(bytes.toString("utf8", 0, end));
          entry.torn = bytes.length - end > piece ? Buffer.alloc(0) : bytes.subarray(end);
        }
      } finally {
        await file.close();
      }
      entry.stamp = stamp;
    } catch (error) {
      entry.about = { lock: null, plan: null, problem: `events.jsonl can't be read: ${(error as Error).message}` };
    }
  }
}

async function aboutOf(folder: string): Promise<About> {
  const problems: string[] = [];
  const read = async (name: string): Promise<unknown> => {
    try {
      return JSON.parse(await readFile(join(folder, name), "utf8")) as unknown;
    } catch (error) {
      problems.push((error as NodeJS.ErrnoException).code === "ENOENT" ? `${name} is missing` : `${name} can't be read`);
      return undefined;
    }
  };
  const [plan, lock] = [await read("plan.json"), await read("lock.json")];
  const whole = isPlan(plan);
  if (plan !== undefined && !whole) problems.push("plan.json is no plan");
  return {
    plan: whole ? plan : null,
    lock: typeof lock === "object" && lock !== null ? (lock as Lock) : null,
    ...(problems.length > 0 && { problem: problems.join(", ") }),
  };
}
export function isPlan(value: unknown): value is Plan {
  const plan = value as Partial<Plan> | null | undefined;
  const { data, model, training } = (plan?.recipe ?? {}) as Partial<Plan["recipe"]>;
  return (
    typeof plan?.effects?.run === "string" &&
    typeof plan.origins === "object" &&
    typeof data?.name === "string" &&
    typeof model?.base === "string" &&
    typeof model.technique?.word === "string" &&
    typeof training?.batch_size === "number"
  );
}

export function isLive(state: RunState | undefined): boolean {
  return state === "running" || state === "stopping" || state === "starting";
}

function summaryOf(id: string, { log, about, touched }: Entry, held: boolean, now: number): RunSummary {
  const plan = about?.plan ?? null;
  const lock = about?.lock ?? null;
  const { state, problem } = stateOf({ log, about, touched }, held, now);
  const pace = state === "running" ? log.pace : null;
  const text = (value: unknown): string | null => (typeof value === "string" ? oneLine(printable(value)) : null);
  return {
    id,
    name: text(lock?.name) ?? text(plan?.effects.run) ?? id,
    state,
    ...(problem !== undefined && { problem }),
    model: text(plan?.recipe.model.name),
    base: text(plan?.recipe.model.base),
    technique: plan && text(shortly(() => callText(plan.recipe.model.technique))),
    data: text(plan?.recipe.data.name),
    started: text(lock?.started) ?? log.begun,
    engine: text(log.engine ?? lock?.engine),
    step: log.step,
    steps: log.steps ?? (typeof plan?.estimates?.steps === "number" ? plan.estimates.steps : null),
    loss: log.loss,
    score: log.score,
    curve: log.curve,
    seconds: log.seconds,
    tokensPerSecond: pace && Math.round(pace.tokens),
    secondsLeft: pace && log.steps !== null ? Math.round(pace.seconds * Math.max(0, log.steps - log.step)) : null,
  };
}
function shortly(text: () => string): string | null {
  try {
    return text();
  } catch {
    return null; // a plan of another version
  }
}

/** `held`: somebody has its lock. */
function stateOf({ log, about, touched }: Pick<Entry, "log" | "about" | "touched">, held: boolean, now: number): Pick<RunSummary, "state" | "problem"> {
  if (log.ended) return { state: log.ended, ...(about?.problem !== undefined && { problem: about.problem }) };
  const alive = log.writer?.locks ? false : log.writer ? isAlive(log.writer) : undefined;
  const goesOn = held || (alive ?? now - touched < SILENCE);
  if (about?.problem !== undefined && !(goesOn && log.begun === null && now - touched < 5000))
    return { state: "broken", problem: about.problem };
  if (goesOn) return { state: log.begun === null ? "starting" : log.stopping ? "stopping" : "running" };
  return { state: "killed", problem: log.begun === null ? "it ended before its first step" : `${log.writer && isAlive(log.writer) ? "it" : "its process"} ended without a word` };
}

/** What the panel calls them. */
const said: Readonly<Partial<Record<RunState, string>>> = { early: "stopped early", killed: "cut off", broken: "damaged" };
function textOf({ name, model, base, technique, data, state, id }: RunSummary): string {
  return [name, model, base, technique, data, state, said[state], id].join(" ").toLowerCase();
}
