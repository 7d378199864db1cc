/** Watches a training in another process until it ends, and binds its name to the weights. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { durationText, plural } from "../host/value-text.js";
import type { RunFolder } from "../runs/run-folder.js";
import { isTrainedInOwnProcess } from "../runs/together/trial-groups.js";
import { runProgressOf, type RunProgress } from "../remote/supervisor/outcome.js";
import { watchRun } from "../remote/supervisor/watch.js";
import { loadRunWeights, planOfRun } from "../models/loaded-run.js";
import type { ModelHandle } from "../models/model-handle.js";
import { LiveTraining, trainingTitle } from "../session/live-training.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

export interface AttachedRun {
  /** Name in this notebook. */
  readonly name: string;
  readonly run: RunFolder;
}

/** Throws the coded errors `interrupted` (only watching ended), `training-cut-off`, and those of opening a run. */
export async function attachTraining(
  session: OpenSession,
  attached: AttachedRun,
  context: ExecutionContext,
): Promise<ModelHandle> {
  const { name, run } = attached;
  const plan = planOfRun(run.path);
  const live = new LiveTraining(context.screen, `attach-${name}-${Date.now().toString(36)}`, trainingTitle(plan), plan);
  const outcome = await watchRun(run, live.watching, context.signal);
  if (!outcome) throw stillGoing(attached);
  if (outcome.is !== "done" && outcome.is !== "early") throw cutOffError(attached, outcome, context.hostContext.folder);
  live.finish();
  return bindNameToRunWeights(session, attached);
}

/** Binds the name to the run's weights. */
export async function bindNameToRunWeights(session: OpenSession, { name, run }: AttachedRun): Promise<ModelHandle> {
  if (!existsSync(run.path)) throw new CodedError("run-lost", { run: run.id });
  const weights = loadRunWeights(run.path);
  const handle = session.models.define(weights.plan.recipe.model, name);
  await handle.weights?.settled;
  Object.assign(handle, { weights, begun: true, seeds: null, apart: false });
  return handle;
}

function stillGoing({ name, run }: AttachedRun): CodedError {
  const holder = runProgressOf(run).holder;
  const where = holder ? ` in process ${String(holder.writer.id)}` : "";
  const stops =
    holder && isTrainedInOwnProcess(run.path, holder)
      ? `\`tunebook runs stop ${run.lock()?.name ?? name}\` ends it`
      : "it is interrupted in the notebook that trains it";
  return new CodedError("interrupted", {
    what: `watching ${name}`,
    kept: `the training continues${where}: \`attach ${name}\` shows it again, ${stops}`,
  });
}

/** @param folder the folder that relative paths of the program start from */
export function cutOffError({ name, run }: AttachedRun, outcome: RunProgress, folder: string): CodedError {
  const { is, how, why, log, step, steps, goesOnFrom, gone } = outcome;
  return new CodedError("training-cut-off", {
    name,
    run: run.id,
    at: relative(folder, run.path),
    ended: is === "interrupted" ? "stopped" : is === "failed" ? "failed" : "cut off",
    how: how ?? "",
    log: why === null ? log : [],
    step,
    steps,
    goesOnFrom,
    ...(why !== null && { why }),
    ...(gone && { gone }),
    ...(!gone && planOfRun(run.path).effects.detach !== true && { here: true as const }),
  });
}

/** For example `36 steps in 4 s, in runs/night-…`. */
export function trainingSummaryText(run: RunFolder, folder: string): string {
  const { step, seconds } = run
    .events()
    .reduce((last, event) => (event.kind === "stopped" ? event : last), { step: 0, seconds: 0 });
  return `${plural(step, "step")} in ${durationText(seconds)}, in ${relative(folder, run.path) || run.path}`;
}
