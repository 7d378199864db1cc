/**
 * Local copy of a run that another process trains. Its folder has the plan that was sent out, the lock as this machine
 * would have written it, the log as it arrives line by line, and the uploaded files. It is locked during the training.
 * Afterwards it is like a locally trained run: it can be opened, resumed, listed and compared.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { planForStorage } from "../../data/sources/checksums.js";
import { makePrivateFolder, PRIVATE_MODES, writePrivateFile } from "../../fetch/private.js";
import { parseJsonOrNull, jsonObject, type JsonRecord } from "../../fetch/json.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { isRunEvent } from "../../runs/read-events.js";
import { unquoteNonFinite } from "../../runs/log-lines.js";
import { isPinnedRunFacts, RunFolder, type PinnedRunFacts } from "../../runs/run-folder.js";
import { runBusyError, RunLock } from "../../runs/run-lock.js";
import type { TrialOfRun } from "../../runs/together/trials.js";
import type { RunFile } from "./protocol.js";
import { COORDINATOR_FILES } from "./run-files.js";

/** Facts about a run that are known before it starts. */
export interface ExpectedRun {
  readonly name: string;
  readonly plan: Plan;
  readonly trial?: TrialOfRun;
  /**
   * Absolute folders: the base of the plan's relative paths, and the trained base model that it starts from, if any.
   */
  readonly home: string;
  readonly base?: string;
  readonly experiment?: NonNullable<PinnedRunFacts["experiment"]>;
}

export class RunReplica {
  /** Files in the folder, by path. */
  private readonly files = new Map<string, string>();

  private constructor(
    readonly run: RunFolder,
    private readonly lock: RunLock,
  ) {}

  /**
   * `lockData`: the run's lock as written by the worker. Throws the coded error `request-refused`, and those of the
   * disk.
   */
  static make(runs: string, id: string, expected: ExpectedRun, lockData: JsonRecord): RunReplica {
    const { plan, name, trial, experiment } = expected;
    if (!isPinnedRunFacts(lockData) || lockData.recipeHash !== plan.recipeHash || lockData.name !== name)
      throw new CodedError("request-refused", { why: `${id} is no run of ${name}` });
    const { folder, lock } = claimed(runs, id);
    const from = (place: "home" | "base"): Partial<PinnedRunFacts> =>
      expected[place] === undefined ? {} : { [place]: relative(folder, expected[place]) };
    const isCarriedOver = ([name]: readonly [string, unknown]): boolean =>
      !["home", "base", "trial", "experiment"].includes(name);
    const rest = Object.fromEntries(Object.entries(lockData).filter(isCarriedOver));
    const whole = {
      ...rest,
      ...from("home"),
      ...from("base"),
      ...(trial && { trial }),
      ...(experiment && { experiment }),
    };
    try {
      makePrivateFolder(join(folder, "checkpoints"));
      writePrivateFile(join(folder, "plan.json"), JSON.stringify(planForStorage(plan), null, 2));
      writePrivateFile(join(folder, "lock.json"), JSON.stringify(whole, null, 2));
    } catch (error) {
      lock.release();
      throw toRunFolderError(error, folder);
    }
    return new RunReplica(RunFolder.open(folder), lock);
  }

  /** Reopens a replica; `files`: the files in its folder. */
  static again(folder: string, files: readonly RunFile[]): RunReplica {
    const lock = RunLock.try(folder, "train");
    if (!(lock instanceof RunLock)) throw runBusyError(folder, lock);
    const made = new RunReplica(RunFolder.open(folder), lock);
    for (const { path, hash } of files) if (!COORDINATOR_FILES.includes(path)) made.files.set(path, hash);
    return made;
  }

  get id(): string {
    return this.run.id;
  }

  /** Appends a log line, rewritten to this run and folder. Throws the coded error `request-refused`. */
  log(line: string): void {
    const record = parseJsonOrNull(line, jsonObject, unquoteNonFinite);
    if (!record || !isRunEvent(record))
      throw new CodedError("request-refused", { why: "a line of a log is not an event" });
    this.lock.demand();
    const here = { ...record, run: this.id };
    const folder = record.kind === "checkpoint" && { folder: join(this.run.checkpoints, basename(record.folder)) };
    this.run.append({ ...here, ...folder });
  }

  lacks(files: readonly RunFile[]): readonly RunFile[] {
    return files.filter(({ path, hash }) => this.files.get(path) !== hash);
  }

  /** Adds new files before old ones are removed, so that a damaged file is never the only checkpoint. */
  holds(files: readonly RunFile[], move: (folder: string, files: readonly RunFile[]) => void): void {
    this.lock.demand();
    const lacking = this.lacks(files);
    move(this.run.path, lacking);
    for (const { path, hash } of lacking) this.files.set(path, hash);
    const offeredPaths = new Set(files.map(({ path }) => path));
    for (const path of [...this.files.keys()]) {
      if (offeredPaths.has(path)) continue;
      rmSync(join(this.run.path, ...path.split("/")), { force: true });
      this.files.delete(path);
    }
  }

  release(): void {
    this.lock.release();
  }
}

/** Creates and locks an empty folder of that name, or of a similar one if the name belongs to another run. */
function claimed(runs: string, id: string): { readonly folder: string; readonly lock: RunLock } {
  try {
    makePrivateFolder(runs);
    for (let n = 1; ; n++) {
      const folder = join(runs, n === 1 ? id : `${id}-${String(n)}`);
      if (existsSync(folder)) continue;
      mkdirSync(folder, { mode: PRIVATE_MODES.folder });
      const lock = RunLock.try(folder, "train");
      if (lock instanceof RunLock) return { folder, lock };
    }
  } catch (error) {
    throw toRunFolderError(error, join(runs, id));
  }
}
