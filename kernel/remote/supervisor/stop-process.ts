/**
 * Ends a training that runs by itself: in good order over its socket, where that is gone by a signal, which its process takes
 * alike; or at once.
 */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { CodedError, type CodeData } from "#dsl/language/diagnostics/codes.js";
import { isDetachedRun } from "../../runs/detached-run.js";
import { trialGroupFolderOf } from "../../runs/together/trial-groups.js";
import { RunFolder } from "../../runs/run-folder.js";
import { lockHolderOf } from "../../runs/run-lock.js";
import { isProcessAlive, currentProcess, type ProcessIdentity } from "../../runs/writer.js";
import { ControlClient } from "./client.js";
import { isTraining, runProgressOf, type RunProgress } from "./outcome.js";

/** Milliseconds for a step, a checkpoint and what follows; and for a process that was told to end at once. */
const patience = { order: 60_000, now: 5000 } as const;

/** How it stands then; of one of several that run as one: how they stand, all of which end. Coded error `cannot-stop`. */
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
    const whole = trialGroupFolderOf(run.path, holder.writer);
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
  // It is asked after by its beginning too: no other process that has its id by now is meant.
  if (now && isProcessAlive(holder.writer) === true) process.kill(holder.writer.id, "SIGKILL");
  if (now && (await ends(run, patience.now))) return runProgressOf(run);
  throw refuse("stays");
}

/** Whether its process was told: it is no other one that has its id by now, and no program of others. */
function signalled(writer: ProcessIdentity): boolean {
  try {
    return isItself(writer) && isOwnProgram(writer.id) && process.kill(writer.id, "SIGTERM");
  } catch {
    return false; // another user's
  }
}
/** The system says when it began, and it is the same. */
const isItself = (writer: ProcessIdentity): boolean => writer.since !== null && isProcessAlive(writer) === true;
function isOwnProgram(id: number): boolean {
  try {
    const words = readFileSync(`/proc/${String(id)}/cmdline`, "utf8").split("\0");
    return words.some((word) => /[\\/]apps[\\/]processes[\\/]training[\\/]main\.js$/.test(word));
  } catch {
    return false;
  }
}

/** How it ended, as far as its folder says. */
function endedText({ is, step, steps, how }: RunProgress): string {
  const ofSteps = steps === null || is === "done" ? "" : ` of ${String(steps)}`;
  // Several trainings as one have no steps of their own.
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
