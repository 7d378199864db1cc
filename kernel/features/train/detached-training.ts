/**
 * `train … as night { detach: true }`: trains in a separate process. The statement ends once the run exists. Running it
 * again starts no second one: a run in progress is attached, a finished one is loaded.
 */
import { existsSync } from "node:fs";
import { relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { CALIBRATION_FILE } from "../../runs/calibration.js";
import type { RunFolder } from "../../runs/run-folder.js";
import { expectedTime } from "../../display/plans/expected-time.js";
import { planCardView } from "../../display/plans/plan-card.js";
import { plural } from "../../host/value-text.js";
import { isTraining, runProgressOf } from "../../remote/supervisor/outcome.js";
import { startDetached, type DetachedProcess } from "../../remote/supervisor/start-process.js";
import { hasStoppedFor, findRunsNamed } from "../../runs/history/runs-by-recipe.js";
import { createJobSpec } from "../../remote/jobs/ship.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";
import { version } from "../../session/version.js";
import { attachTraining, bindNameToRunWeights, trainingSummaryText } from "../../training-runs/attached-training.js";
import { printLines } from "../../session/print-lines.js";

type Train = Extract<Action, { verb: "train" }>;

/** Maximum retries if other processes start the same training between two checks. */
const TRIES = 5;

export async function trainDetached(session: OpenSession, action: Train, context: ExecutionContext): Promise<void> {
  if (process.platform === "win32") throw new CodedError("cannot-detach", { name: action.name });
  const { name, plan } = action;
  for (let tries = 1; ; tries++) {
    if (await taken(session, action, context)) return;
    const shipped = createJobSpec(session, action, context, { what: `train … as ${name} { detach: true }`, version });
    const { runs } = session;
    const started = await startDetached({ runs, name, recipeHash: plan.recipeHash, shipped }, context.signal);
    if (started) return begun(session, action, started, context);
    if (tries >= TRIES) throw new CodedError("not-started", { name, how: "others start it again and again", log: [] });
  }
}

/** Whether a run with this name and recipe exists: attaches to one in progress, loads a finished one. */
async function taken(session: OpenSession, action: Train, context: ExecutionContext): Promise<boolean> {
  const { name, plan, resume } = action;
  const runs = findRunsNamed(session.runs, name, plan.recipeHash);
  const trains = runs.find(isTraining);
  if (trains) {
    const { holder } = runProgressOf(trains);
    printLines(
      context,
      `${name} is training already, in process ${String(holder?.writer.id ?? "?")}: nothing was started, this shows it`,
    );
    await attachTraining(session, { name, run: trains }, context);
    return true;
  }
  const over = (run: RunFolder): boolean => hasStoppedFor(run, ["done", "early"]);
  const [newest] = runs;
  const done = resume ? (newest && over(newest) ? newest : undefined) : runs.find(over);
  if (!done) {
    if (newest && !resume) tellLost(newest, name, context);
    return false;
  }
  await bindNameToRunWeights(session, { name, run: done });
  printLines(
    context,
    `${name} was already trained: ${trainingSummaryText(done, context.hostContext.folder)}. Nothing was started; these are its weights.`,
    ...(action.calibrate && !existsSync(`${done.path}/${CALIBRATION_FILE}`)
      ? ["It was trained without `calibrate`, and nothing is fitted to it."]
      : []),
    `To train again, write another name after \`as\`, or remove \`detach\`.`,
  );
  return true;
}

function tellLost(run: RunFolder, name: string, context: ExecutionContext): void {
  const { is, step, how, goesOnFrom } = runProgressOf(run);
  const was = is === "interrupted" ? "was stopped" : is === "failed" ? "failed" : "was cut off";
  const why = is === "interrupted" || how === null ? "" : ` (${how})`;
  const back = goesOnFrom === null ? "" : `; \`resume: true\` would continue from step ${String(goesOnFrom)}`;
  printLines(
    context,
    `An earlier training of ${name} ${was} at step ${String(step)}${why}: this one starts again${back}.`,
  );
}

async function begun(
  session: OpenSession,
  { name, plan }: Train,
  { folder, process: id }: DetachedProcess,
  context: ExecutionContext,
): Promise<void> {
  const handle = session.models.define(plan.recipe.model, name);
  await handle.weights?.settled;
  Object.assign(handle, { weights: null, begun: true, seeds: null, apart: true });
  context.screen.display(planCardView(plan));
  const { estimates } = plan;
  printLines(
    context,
    `${name} trains by itself, in process ${String(id)}: ${plural(estimates.steps, "step")}, ${expectedTime(estimates, undefined).value}.`,
    `Its run is ${relative(context.hostContext.folder, folder) || folder}. The notebook may be closed.`,
    `\`attach ${name}\` shows its progress and gives the model, here and in other notebooks; \`tunebook attach ${name}\` on the command line.`,
    `\`tunebook runs stop ${name}\` ends it, after a checkpoint.`,
  );
}
