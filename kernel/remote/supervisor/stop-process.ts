/**
 * Ends a detached training: in an orderly way over its socket, or by a signal with the same effect if the socket is
 * gone; or at once.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { isDetachedRun } from "../../runs/detached-run.js";
import { findGroupFolderOfProcess } from "../../runs/together/trial-groups.js";
import { RunFolder } from "../../runs/run-folder.js";
import { lockHolderOf } from "../../runs/run-lock.js";
import { isProcessAlive, currentProcess, type ProcessIdentity } from "../../runs/writer.js";
import { ControlClient } from "./client.js";
import { isTraining, runProgressOf, type RunProgress } from "./outcome.js";

/** Time limits in ms: for a step, a checkpoint and the rest; and for a process that is killed. */
const patience = { order: 60_000, now: 5000 } as const;

/**
 * Returns the run's status afterwards. For one of several that run as one, all are ended. Throws the coded error
 * `cannot-stop`.
 */
export async function stopRun(run: RunFolder, { now }: { readonly now: boolean }): Promise<RunProgress> {
  const holder = lockHolderOf(run.path);
  const refuse = (why: CodeData["cannot-stop"]["why"], ended?: string): CodedError =>
    new CodedError("cannot-stop", {
      run: run.id,
      why,
      process: holder?.writer.id ?? null,
      ...(ended !== undefined && { ended }),
    });
  if (holder?.does !== "train") throw refuse("over", endedText(runProgressOf(run)));
  if (holder.writer.machine !== currentProcess().machine) throw refuse("elsewhere");
  if (!isDetachedRun(run.path, holder)) {
    const whole = findGroupFolderOfProcess(run.path, holder.writer);
    if (whole === null) throw refuse("notebook");
    return stopRun(RunFolder.open(whole), { now });
  }
  const client = await ControlClient.to(run.path);
  try {
    const answer = await client?.ask(now ? "kill" : "stop");
    if (!now && answer?.is !== "stopping" && !signalled(holder.writer)) throw refuse("unheard");
    if (await ends(run, now ? 1000 : patience.order)) return runProgressOf(run);
  } finally {
    client?.close();
  }
  // The start time is compared too, so that no other process with the same id is killed.
  if (now && isProcessAlive(holder.writer) === true) process.kill(holder.writer.id, "SIGKILL");
  if (now && (await ends(run, patience.now))) return runProgressOf(run);
  throw refuse("stays");
}

/** Signals the process if it is certainly the right one; returns whether it did. */
function signalled(writer: ProcessIdentity): boolean {
  try {
    return isItself(writer) && isOwnProgram(writer.id) && process.kill(writer.id, "SIGTERM");
  } catch {
    return false; // belongs to another user
  }
}
/** Whether the process with this id has the recorded start time. */
const isItself = (writer: ProcessIdentity): boolean => writer.since !== null && isProcessAlive(writer) === true;
function isOwnProgram(id: number): boolean {
  try {
    const words = readFileSync(`/proc/${String(id)}/cmdline`, "utf8").split("\0");
    return words.some((word) => /[\\/]apps[\\/]processes[\\/]training[\\/]main\.js$/.test(word));
  } catch {
    return false;
  }
}

/** Describes how the run ended, according to its folder. */
function endedText({ is, step, steps, how }: RunProgress): string {
  const ofSteps = steps === null || is === "done" ? "" : ` of ${String(steps)}`;
  // Several trainings run as one have no step count.
  const stepText = step === 0 && steps === null ? "" : ` at step ${String(step)}${ofSteps}`;
  const text = {
    done: `it ended by itself${stepText}`,
    early: `it ended early by itself${stepText}`,
    interrupted: `it was stopped${stepText}`,
    failed: `it failed${stepText}`,
    "cut off": `it was cut off${stepText}`,
    training: `it is${stepText}`,
  }[is];
  return how === null || is === "interrupted" || is === "failed" ? text : `${text}: ${how}`;
}

async function ends(run: RunFolder, patience: number): Promise<boolean> {
  for (const until = Date.now() + patience; Date.now() < until; await delay(50)) if (!isTraining(run)) return true;
  return !isTraining(run);
}
