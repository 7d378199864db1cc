/** Ends a training that runs by itself: in good order over its socket, or at once. */
import { setTimeout as delay } from "node:timers/promises";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { isDetached } from "../artifacts/detached.js";
import type { RunFolder } from "../artifacts/run-folder.js";
import { holderOf } from "../artifacts/run-lock.js";
import { isAlive, thisProcess } from "../artifacts/writer.js";
import { ControlClient } from "./client.js";
import { isTraining, outcomeOf, type Outcome } from "./outcome.js";
import "./codes.js";

/** Milliseconds for a step, a checkpoint and what follows; and for a process that was told to end at once. */
const patience = { order: 60_000, now: 5000 } as const;

/** How it stands then. Coded error `cannot-stop`. */
export async function stopRun(run: RunFolder, { now }: { readonly now: boolean }): Promise<Outcome> {
  const holder = holderOf(run.path);
  const refuse = (why: "over" | "elsewhere" | "notebook" | "unheard" | "stays"): CodedError =>
    new CodedError("cannot-stop", { run: run.id, why, process: holder?.writer.id ?? null });
  if (holder?.does !== "train") throw refuse("over");
  if (holder.writer.machine !== thisProcess().machine) throw refuse("elsewhere");
  if (!isDetached(run.path, holder)) throw refuse("notebook");
  const client = await ControlClient.to(run.path);
  try {
    const answer = await client?.ask(now ? "kill" : "stop");
    if (!now && answer?.is !== "stopping") throw refuse("unheard");
    if (await ends(run, now ? 1000 : patience.order)) return outcomeOf(run);
  } finally {
    client?.close();
  }
  // It is asked after by its beginning too: no other process that has its id by now is meant.
  if (now && isAlive(holder.writer) === true) process.kill(holder.writer.id, "SIGKILL");
  if (now && (await ends(run, patience.now))) return outcomeOf(run);
  throw refuse("stays");
}

async function ends(run: RunFolder, patience: number): Promise<boolean> {
  for (const until = Date.now() + patience; Date.now() < until; await delay(50)) if (!isTraining(run)) return true;
  return !isTraining(run);
}
