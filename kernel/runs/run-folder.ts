/**
 * A run is a folder: `plan.json`, `lock.json` (recipe hash, versions, engine), `events.jsonl` (one RunEvent a line),
 * `checkpoints/` and `learnt.json` (facts about the training data: learnt-rows.ts); `adapter/` where a technique trains
 * few weights. Everything but the event log is written once, under a temporary name, and renamed.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import * as v from "valibot";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planForStorage } from "../data/sources/checksums.js";
import { makePrivateFolder, PRIVATE_MODES, writePrivateFile } from "../fetch/private.js";
import { objectWith, schemaGuard, jsonObject, dictionaryOf, type JsonRecord, type Schema } from "../fetch/json.js";
import type { RunEvent } from "../events/events.js";
import { toRunFolderError } from "./folder-errors.js";
import { quoteNonFinite } from "./log-lines.js";
import { readCheckedJson, readRegularFile, parseAllEvents, parseRunEvents } from "./read-events.js";
import type { RunRecord } from "./run-record.js";
import { trialOfRunSchema, type TrialOfRun } from "./together/trials.js";

export interface PinnedRunFacts {
  readonly version: 1;
  readonly name: string;
  readonly recipeHash: string;
  readonly planHash: string;
  readonly dataHash: string | null;
  readonly baseHash: string | null;
  readonly labels: readonly string[];
  /** Row counts of the training data. Unset in runs of older versions. */
  readonly data?: { readonly rowsIn: number; readonly kept: number; readonly splits: Readonly<Record<string, number>> };
  /** Folder that the plan's relative paths start from, relative to the run's folder. Defaults to two folders up. */
  readonly home?: string;
  /** Folder of the training that this model started from, relative to the run's folder. */
  readonly base?: string;
  readonly engine: string;
  readonly tunebook: string;
  readonly node: string;
  readonly started: string;
  readonly trial?: TrialOfRun;
  /**
   * What the run's numbers depend on; read with `runRecordOfPinnedFacts`. Unset in runs of older versions and for deployments.
   */
  readonly record?: RunRecord | JsonRecord;
  /** Id of the run that this run replays. */
  readonly replays?: string;
  /** The run's experiment; unset if the program declares none above the training. */
  readonly experiment?: { readonly name: string; readonly notes: string };
  /** For a deployment: the run whose weights were deployed, and the target call (`onnx("build/router")`). */
  readonly deployment?: { readonly of: string; readonly target: string };
}

const place = v.exactOptional(v.pipe(v.string(), v.excludes("\0")));
export const pinnedRunFactsSchema: Schema<PinnedRunFacts> = objectWith({
  version: v.literal(1),
  name: v.string(),
  recipeHash: v.string(),
  planHash: v.string(),
  dataHash: v.nullable(v.string()),
  baseHash: v.nullable(v.string()),
  labels: v.array(v.string()),
  data: v.exactOptional(objectWith({ rowsIn: v.number(), kept: v.number(), splits: dictionaryOf(v.number()) })),
  home: place,
  base: place,
  engine: v.string(),
  tunebook: v.string(),
  node: v.string(),
  started: v.string(),
  trial: v.exactOptional(trialOfRunSchema),
  // A later version may write a record that this version cannot read; the run can be opened all the same.
  record: v.exactOptional(jsonObject),
  replays: v.exactOptional(v.string()),
  experiment: v.exactOptional(objectWith({ name: v.string(), notes: v.string() })),
  deployment: v.exactOptional(objectWith({ of: v.string(), target: v.string() })),
});
export const isPinnedRunFacts = schemaGuard(pinnedRunFactsSchema);

/** The facts about a run that its creator supplies. */
export type NewRunFacts = Omit<PinnedRunFacts, "version" | "name" | "started" | "home" | "base" | "record"> & {
  readonly record?: RunRecord;
  /** Absolute paths. */
  readonly home?: string;
  readonly base?: string;
};

export class RunFolder {
  private constructor(
    readonly path: string,
    readonly id: string,
  ) {}

  /**
   * Creates `root/<name>-<time>-<hash>`; two runs in one second get different names. `made` is called while the folder
   * is still empty.
   */
  static create(
    root: string,
    name: string,
    plan: Plan,
    lock: NewRunFacts,
    made: (folder: string) => void = () => undefined,
  ): RunFolder {
    const started = new Date().toISOString();
    const base = `${name}-${started.slice(0, 19).replace(/[-:]/g, "").replace("T", "-")}-${plan.recipeHash.slice(0, 6)}`;
    let id = base;
    try {
      makePrivateFolder(root);
      for (let n = 2; ; n++) {
        try {
          mkdirSync(join(root, id), { mode: PRIVATE_MODES.folder });
          break;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
          id = `${base}-${n}`;
        }
      }
      const run = new RunFolder(join(root, id), id);
      made(run.path);
      makePrivateFolder(run.checkpoints);
      writePrivateFile(join(run.path, "plan.json"), JSON.stringify(planForStorage(plan), null, 2));
      const from = (place: "home" | "base") =>
        lock[place] !== undefined && { [place]: relative(run.path, lock[place]) };
      const whole: PinnedRunFacts = { version: 1, name, started, ...lock, ...from("home"), ...from("base") };
      writePrivateFile(join(run.path, "lock.json"), JSON.stringify(whole, null, 2));
      return run;
    } catch (error) {
      throw toRunFolderError(error, join(root, id));
    }
  }

  static open(path: string): RunFolder {
    return new RunFolder(path, path.split(/[\\/]/).at(-1) ?? path);
  }

  /** Returns the runs under `root` with this recipe, newest first. Skips folders that are not runs. */
  static find(root: string, recipeHash: string): readonly RunFolder[] {
    if (!existsSync(root)) return [];
    return readdirSync(root)
      .map((id) => RunFolder.open(join(root, id)))
      .filter((run) => run.lock()?.recipeHash === recipeHash)
      .sort((a, b) => (b.lock()?.started ?? "").localeCompare(a.lock()?.started ?? ""));
  }

  get checkpoints(): string {
    return join(this.path, "checkpoints");
  }
  /** Folder of the adapter that a technique with few trained weights saves (adapter-folder.ts). */
  get adapter(): string {
    return join(this.path, "adapter");
  }
  /** Folder of the complete model with the adapter merged into it, if that was requested (merged.ts). */
  get merged(): string {
    return join(this.path, "merged");
  }
  /** Folder of the trained model, in the format of a base model (model-folder.ts). */
  get model(): string {
    return join(this.path, "model");
  }
  /** Folder of the base model that was made for this run from another model's weights (made-folder.ts). */
  get base(): string {
    return join(this.path, "base");
  }
  get eventsFile(): string {
    return join(this.path, "events.jsonl");
  }
  /** File with the scores that evaluations of these weights recorded (run-scores.ts). */
  get scoresFile(): string {
    return join(this.path, "scores.jsonl");
  }

  lock(): PinnedRunFacts | undefined {
    const found = readCheckedJson(join(this.path, "lock.json"), pinnedRunFactsSchema);
    return "value" in found ? found.value : undefined;
  }

  append(event: RunEvent): void {
    this.appendLine(this.eventsFile, event);
  }

  /** Appends a record to one of the run's logs, always on a new line: the last line may be torn. */
  appendLine(file: string, record: object): void {
    try {
      appendLine(file, JSON.stringify(record, quoteNonFinite));
    } catch (error) {
      throw toRunFolderError(error, file);
    }
  }

  /** Flushes the event log to the disk: some disks only now report that they are full. */
  sync(): void {
    if (!existsSync(this.eventsFile)) return;
    const file = openSync(this.eventsFile, "r+");
    try {
      fsyncSync(file);
    } catch (error) {
      throw toRunFolderError(error, this.eventsFile);
    } finally {
      closeSync(file);
    }
  }

  /** Events so far, as read-events.ts parses them; a torn line (the process was killed while writing) is left out. */
  events(): readonly RunEvent[] {
    return parseRunEvents(readRegularFile(this.eventsFile) ?? "");
  }

  /** All events, including steps that were discarded when the training was resumed. */
  everything(): readonly RunEvent[] {
    return parseAllEvents(readRegularFile(this.eventsFile) ?? "");
  }

  modified(): number {
    return statSync(this.path).mtimeMs;
  }
}

const NOFOLLOW = process.platform === "win32" ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** A torn line is not truncated: a process that follows the file has already read past it. */
export function appendLine(file: string, line: string): void {
  // Without these checks a link could lead out of the folder, and a FIFO would block until it is read.
  const fd = openSync(file, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | NOFOLLOW, PRIVATE_MODES.file);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw Object.assign(new Error("it is no regular file"), { code: "EISDIR" });
    const { size } = found;
    const last = Buffer.alloc(1);
    const torn = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10;
    writeFileSync(fd, `${torn ? "\n" : ""}${line}\n`);
  } finally {
    closeSync(fd);
  }
}
