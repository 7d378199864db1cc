/**
 * Starts a training in a detached process. Its job is in a folder `.starting-…` next to the runs until it has a run
 * folder. The folder's name is derived from the training, so that of two simultaneous starts only one succeeds, and the
 * other detects it. The process runs in its own session, so that no signal to the starting process reaches it.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import writeFileAtomic from "write-file-atomic";
import { CodedError, codeEntryOf, type Code, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { makePrivateFolder } from "../../fetch/private.js";
import { objectWith, schemaGuard } from "../../fetch/json.js";
import { lastLogLines, PROCESS_LOG_FILE, recordProcessEnd } from "../../runs/detached-run.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { readRegularJson } from "../../runs/read-events.js";
import { isProcessAlive, isProcessIdentity, processIdentityOf, processIdentitySchema } from "../../runs/writer.js";
import { writeJobSpec, type JobWithTables } from "../jobs/shipment.js";

/** Message of the process to its starter, before they disconnect. */
export type StartReport =
  | { readonly is: "run"; readonly folder: string }
  | { readonly is: "failed"; readonly code: string; readonly data: unknown };

const STARTING = ".starting-";
const OWNER = "starting.json";
const isOwner = schemaGuard(objectWith({ process: processIdentitySchema }));
/** Time in ms after which a folder without a process counts as abandoned. */
const ALONE = 10_000;

export interface DetachedJob {
  readonly runs: string;
  readonly name: string;
  readonly recipeHash: string;
  readonly shipped: JobWithTables;
}
export interface DetachedProcess {
  readonly folder: string;
  readonly process: number;
}

/**
 * Waits until the process has its run folder. Returns null if another process started it meanwhile; the caller should
 * check again. Throws the coded error `not-started` and errors that the process found before training.
 */
export async function startDetached(job: DetachedJob, signal?: AbortSignal): Promise<DetachedProcess | null> {
  const folder = join(job.runs, `${STARTING}${job.name}-${job.recipeHash.slice(0, 12)}`);
  if (!made(folder, job.runs)) {
    await others(folder, signal);
    return null;
  }
  try {
    writeJobSpec(folder, job.shipped);
    return await begun(job.name, spawned(folder), folder, signal);
  } catch (error) {
    throw error instanceof CodedError ? error : toRunFolderError(error, folder);
  } finally {
    // The process reads what it needs before it reports its run.
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns false if the folder belongs to a live process. */
function made(folder: string, runs: string): boolean {
  try {
    makePrivateFolder(runs);
    sweep(runs);
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw toRunFolderError(error, folder);
  }
}

/** Removes folders of processes that were killed before they trained. */
function sweep(runs: string): void {
  for (const name of readdirSync(runs)) {
    if (!name.startsWith(STARTING)) continue;
    const folder = join(runs, name);
    if (!isOwned(folder)) rmSync(folder, { recursive: true, force: true });
  }
}

function isOwned(folder: string): boolean {
  const owner = readRegularJson(join(folder, OWNER));
  if (isOwner(owner) && isProcessIdentity(owner.process)) return isProcessAlive(owner.process) ?? true;
  return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0) < ALONE;
}

async function others(folder: string, signal: AbortSignal | undefined): Promise<void> {
  while (statSync(folder, { throwIfNoEntry: false }) && isOwned(folder))
    await delay(100, undefined, signal && { signal });
}

function spawned(folder: string): ChildProcess {
  const log = openSync(join(folder, PROCESS_LOG_FILE), "a", 0o600);
  try {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL("../../apps/processes/training/main.js", import.meta.url)), folder],
      {
        stdio: ["ignore", log, log, "ipc"],
        detached: true,
      },
    );
    if (child.pid !== undefined)
      writeFileAtomic.sync(join(folder, OWNER), JSON.stringify({ process: processIdentityOf(child.pid) }), {
        mode: 0o600,
      });
    return child;
  } finally {
    closeSync(log);
  }
}

function begun(
  name: string,
  child: ChildProcess,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<DetachedProcess> {
  return new Promise((resolve, reject) => {
    let startError: CodedError | null = null;
    let run: string | null = null;
    const end = (): void => void child.kill("SIGTERM");
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    child.once("error", (error) => {
      reject(new CodedError("not-started", { name, how: error.message, log: [] }));
    });
    child.on("message", (message: StartReport) => {
      if (message.is === "failed") startError = codedOf(message);
      if (message.is !== "run" || run !== null) return;
      run = message.folder;
      signal?.removeEventListener("abort", end);
      // Detaches the process; while this process lives, it still observes the other's exit.
      child.disconnect();
      child.unref();
      resolve({ folder: run, process: child.pid ?? -1 });
    });
    child.once("exit", (exit, by) => {
      signal?.removeEventListener("abort", end);
      if (run !== null) return recordProcessEnd(run, child.pid ?? -1, { exit, signal: by });
      if (signal?.aborted) return reject(signal.reason as Error);
      const how = by === null ? `its exit status is ${String(exit)}` : `${by} ended it`;
      reject(startError ?? new CodedError("not-started", { name, how, log: lastLogLines(folder) }));
    });
  });
}

function codedOf({ code, data }: Extract<StartReport, { is: "failed" }>): CodedError | null {
  return codeEntryOf(code) === undefined ? null : new CodedError(code as Code, data as CodeData[Code]);
}

/** Called by the process itself once it has its run: its output continues there, and the job folder is removed. */
export function finishDetachedStart(job: string, run: string): void {
  renameSync(join(job, PROCESS_LOG_FILE), join(run, PROCESS_LOG_FILE));
  rmSync(job, { recursive: true, force: true });
}
