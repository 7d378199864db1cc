/**
 * An incrementally updated table of a folder's runs: each refresh reads only new parts of event logs and changed files.
 * It accepts any process's output, including partially written folders, and writes nothing.
 */
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  newestScores,
  type ListedScore,
  isLiveState,
  minimalPlanSchema,
  summarizeRun,
  type RunPlanAndLock,
  type RunSummary,
} from "./newest-scores.js";
import { pinnedRunFactsSchema } from "../run-folder.js";
import { arrangeRuns, type RunListing, type RunQuery } from "./run-listing.js";
import { isTrainedInOwnProcess } from "../together/trial-groups.js";
import { lockHolderOf } from "../run-lock.js";
import { RunLog } from "../run-log.js";
import { noNotes, readRunNotes, type RunNotes } from "./run-notes.js";
import { parseRunScores } from "./run-scores.js";
import { readCheckedJson } from "../read-events.js";
import { TrialIndex } from "../together/trials.js";
import { fileStampOf, readFileStampAsync } from "../../fetch/stamp.js";

interface Entry {
  readonly log: RunLog;
  /** Content of plan.json and lock.json; read again while they are unreadable. */
  about: RunPlanAndLock | null;
  read: number;
  /** Size and time of the log at the last read. */
  stamp: string;
  torn: Buffer;
  touched: number;
  scores: Kept<readonly ListedScore[]>;
  notes: Kept<RunNotes>;
  /** Whether a process has locked the run. */
  locked: boolean;
  /** Whether that process is a detached one. */
  detached: boolean;
  /** Revision of the sweep journals at the last summary. */
  trials: number;
  summary: RunSummary | null;
  revision: number;
}
/** Cached content of a file with this size and time. */
interface Kept<T> {
  readonly stamp: string;
  readonly value: T;
}

const atOnce = 16;
const piece = 1 << 20;
/** Maximum bytes read from the end of scores.jsonl. */
const mostScores = 1 << 22;

export class RunList {
  private readonly entries = new Map<string, Entry>();
  private revision = 0;
  private problem: string | undefined;
  private looking: Promise<void> | null = null;

  private readonly trials: TrialIndex;

  constructor(readonly root: string) {
    this.trials = new TrialIndex(root);
  }

  /** Refreshes the table; concurrent calls share one refresh. */
  look(): Promise<void> {
    return (this.looking ??= this.lookNow().finally(() => (this.looking = null)));
  }

  list({ since, ...query }: RunQuery): RunListing {
    const summaries = [...this.entries.values()].flatMap(({ summary }) => summary ?? []);
    const { ids, ...listing } = arrangeRuns(summaries, query);
    return {
      revision: this.revision,
      ...listing,
      runs: ids.flatMap((id) => {
        const entry = this.entries.get(id);
        return entry?.summary && entry.revision > since ? [entry.summary] : [];
      }),
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }
  get(id: string): RunSummary | undefined {
    return this.entries.get(id)?.summary ?? undefined;
  }
  get busy(): boolean {
    return [...this.entries.values()].some(({ summary }) => isLiveState(summary?.state));
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
    await this.trials.look();
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
      entry = {
        log: new RunLog(),
        about: null,
        read: 0,
        stamp: "",
        torn: Buffer.alloc(0),
        touched: mtimeMs,
        scores: { stamp: "", value: [] },
        notes: { stamp: "", value: noNotes },
        locked: false,
        detached: false,
        trials: 0,
        summary: null,
        revision: 0,
      };
      this.entries.set(id, entry);
    }
    const { scores, notes } = entry;
    const [grown] = await Promise.all([
      this.readLog(entry, join(folder, "events.jsonl")),
      cachedRead(join(folder, "scores.jsonl"), scores, [], (path) => scoresAt(path)).then(
        (now) => (entry.scores = now),
      ),
      cachedRead(join(folder, "notes.json"), notes, noNotes, () => readRunNotes(folder)).then(
        (now) => (entry.notes = now),
      ),
    ]);
    const whole = entry.about?.plan && entry.about.lock;
    if (!whole) entry.about = aboutOf(folder);
    const holder = entry.log.ended === null ? lockHolderOf(folder) : null;
    const locked = holder !== null;
    const detached = holder !== null && isTrainedInOwnProcess(folder, holder);
    const same =
      locked === entry.locked &&
      detached === entry.detached &&
      !grown &&
      whole &&
      scores === entry.scores &&
      notes === entry.notes &&
      entry.trials === this.trials.revision;
    if (same && entry.summary && !isLiveState(entry.summary.state)) return;
    Object.assign(entry, { locked, detached, trials: this.trials.revision });
    const weights = entry.log.begun === null && (await hasWeights(folder));
    const trial = this.trials.trialOf(id, entry.about?.lock?.trial);
    const summary = summarizeRun(
      id,
      { ...entry, scores: entry.scores.value, notes: entry.notes.value, trial, locked, detached, weights },
      Date.now(),
    );
    if (entry.summary && JSON.stringify(summary) === JSON.stringify(entry.summary)) return;
    entry.summary = summary;
    entry.revision = this.revision += 1;
  }

  /** Returns whether there was new data. */
  private async readLog(entry: Entry, path: string): Promise<boolean> {
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) return false;
    const stamp = fileStampOf(found);
    if (stamp === entry.stamp) return false;
    entry.touched = found.mtimeMs;
    if (found.size < entry.read) {
      Object.assign(entry, { log: new RunLog(), read: 0, torn: Buffer.alloc(0) });
    }
    try {
      const file = await open(path, "r");
      try {
        while (entry.read < found.size) {
          const { buffer, bytesRead } = await file.read(
            Buffer.alloc(Math.min(piece, found.size - entry.read)),
            0,
            undefined,
            entry.read,
          );
          if (bytesRead === 0) break;
          entry.read += bytesRead;
          const bytes = Buffer.concat([entry.torn, buffer.subarray(0, bytesRead)]);
          // Decodes only complete lines, because a character may be split.
          const end = bytes.lastIndexOf(10) + 1;
          entry.log.take(bytes.toString("utf8", 0, end));
          entry.torn = bytes.length - end > piece ? Buffer.alloc(0) : Buffer.from(bytes.subarray(end));
        }
      } finally {
        await file.close();
      }
      entry.stamp = stamp;
    } catch (error) {
      entry.about = { lock: null, plan: null, problem: `events.jsonl cannot be read: ${(error as Error).message}` };
    }
    return true;
  }
}

/** Returns the same object as long as the file is unchanged. */
async function cachedRead<T>(
  path: string,
  before: Kept<T>,
  none: T,
  read: (path: string) => Promise<T>,
): Promise<Kept<T>> {
  const stamp = (await readFileStampAsync(path)) ?? "";
  return stamp === before.stamp ? before : { stamp, value: stamp === "" ? none : await read(path).catch(() => none) };
}
/** Reads only the end of an oversized file; the truncated first line is ignored. */
async function scoresAt(path: string): Promise<readonly ListedScore[]> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - mostScores);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, undefined, from);
    return newestScores(parseRunScores(buffer.toString("utf8", 0, bytesRead)));
  } finally {
    await file.close();
  }
}

async function hasWeights(folder: string): Promise<boolean> {
  const files: readonly string[] = await readdir(join(folder, "checkpoints")).catch(() => []);
  return files.some((name) => name.endsWith(".safetensors"));
}

function aboutOf(folder: string): RunPlanAndLock {
  const [plan, lock] = [
    readCheckedJson(join(folder, "plan.json"), minimalPlanSchema),
    readCheckedJson(join(folder, "lock.json"), pinnedRunFactsSchema),
  ];
  const problems = [
    ...("why" in plan ? [`plan.json ${plan.why}`] : []),
    ...("why" in lock ? [`lock.json ${lock.why}`] : []),
  ];
  return {
    plan: "value" in plan ? plan.value : null,
    lock: "value" in lock ? lock.value : null,
    ...(problems.length > 0 && { problem: problems.join(", ") }),
  };
}
