/** Watches a training that runs in another process until it ends, and gives its name the weights. */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { duration, plural } from "../host/text.js";
import type { RunFolder } from "../runs/run-folder.js";
import { trainsApart } from "../runs/together/trial-groups.js";
import { outcomeOf, type Outcome } from "../remote/supervisor/outcome.js";
import { watchRun } from "../remote/supervisor/watch.js";
import { loadedWeights, planOf } from "../models/loaded-run.js";
import type { ModelHandle } from "../models/model-handle.js";
import { LiveTraining, titleOf } from "../session/live-training.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";

export interface Attached {
  /** What it is called here. */
  readonly name: string;
  readonly run: RunFolder;
}

/** Coded errors `interrupted` (watching ended, nothing else), `training-cut-off`, and those of opening a run. */
export async function attachTo(session: OpenSession, of: Attached, stage: Stage): Promise<ModelHandle> {
  const { name, run } = of;
  const plan = planOf(run.path);
  const live = new LiveTraining(stage.screen, `attach-${name}-${Date.now().toString(36)}`, titleOf(plan), plan);
  const outcome = await watchRun(run, live.watching, stage.signal);
  if (!outcome) throw stillGoing(of);
  if (outcome.is !== "done" && outcome.is !== "early") throw cutOff(of, outcome, stage.hostContext.folder);
  live.finish();
  return give(session, of);
}

/** The name stands for the run's weights. */
export async function give(session: OpenSession, { name, run }: Attached): Promise<ModelHandle> {
  if (!existsSync(run.path)) throw new CodedError("run-lost", { run: run.id });
  const weights = loadedWeights(run.path);
  const handle = session.models.define(weights.plan.recipe.model, name);
  await handle.weights?.settled;
  Object.assign(handle, { weights, begun: true, seeds: null, apart: false });
  return handle;
}

function stillGoing({ name, run }: Attached): CodedError {
  const holder = outcomeOf(run).holder;
  const where = holder ? ` in process ${String(holder.writer.id)}` : "";
  const stops =
    holder && trainsApart(run.path, holder)
      ? `\`tunebook runs stop ${run.lock()?.name ?? name}\` ends it`
      : "it is interrupted in the notebook that trains it";
  return new CodedError("interrupted", {
    what: `watching ${name}`,
    kept: `the training goes on${where}: \`attach ${name}\` shows it again, ${stops}`,
  });
}

/** `folder`: where relative paths of the program start. */
export function cutOff({ name, run }: Attached, outcome: Outcome, folder: string): CodedError {
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
    ...(!gone && planOf(run.path).effects.detach !== true && { here: true as const }),
  });
}

/** `36 steps in 4 s, in runs/night-…`. */
export function trainedText(run: RunFolder, folder: string): string {
  const { step, seconds } = run
    .events()
    .reduce((last, event) => (event.kind === "stopped" ? event : last), { step: 0, seconds: 0 });
  return `${plural(step, "step")} in ${duration(seconds)}, in ${relative(folder, run.path) || run.path}`;
}
