/**
 * `sweep … as found { detach: true }`, and `train … { detach: true }` of several seeds or folds: all of it in a process of its own.
 * The statement ends once that has begun; run again it starts nothing that is there already.
 */
import { relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import { togetherOf, type Several, type Statement, type Together } from "../runs/together/trial-groups.js";
import { RunFolder } from "../runs/run-folder.js";
import { isTraining, outcomeOf } from "../remote/supervisor/outcome.js";
import { startDetached, type Started } from "../remote/supervisor/start-process.js";
import { planShown } from "../display/plans/plan-card.js";
import { plural } from "../host/text.js";
import { shipmentOf } from "../remote/jobs/ship.js";
import { sameBounds, sweepHash } from "./journal/identity.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { version } from "../session/version.js";
import { attachTogether, giveTogether } from "./attach-group.js";
import { say } from "../session/print-lines.js";
import { showSweepPlan } from "./report-sweep.js";
import { doneOf } from "./watch-group.js";

export type Detachable = Extract<Action, { verb: "sweep" | "train" }>;

/** How often another process may begin the same between two looks. */
const TRIES = 5;
/** What one of them is called. */
export const ONE = { sweep: "trial", repeats: "seed", folds: "fold" } as const;

/** Undefined: it is a single training. */
export function statementOf(action: Detachable): Statement | undefined {
  const { name } = action;
  if (action.verb === "sweep") return told(name, sweepHash(action.sweep), { is: "sweep", sweep: action.sweep });
  const { plan, repeats, folds } = action;
  if (repeats) return told(name, repeats.recipeHash, { is: "repeats", plan, repeats });
  if (!folds) return undefined;
  return told(name, hashOf(folds.map((fold) => fold.plan.recipeHash)), { is: "folds", plan, folds });
}
const told = (name: string, hash: string, several: Several): Statement => ({ version: 1, name, hash, several });

export async function detachTogether(session: OpenSession, action: Detachable, stage: Stage): Promise<void> {
  const { name } = action;
  if (process.platform === "win32") throw new CodedError("cannot-detach", { name });
  const statement = statementOf(action);
  if (!statement) throw new CodedError("internal", { what: "a single training was to run as several" });
  for (let tries = 1; ; tries++) {
    if (await taken(session, action, statement, stage)) return;
    const shipped = shipmentOf(session, action, stage, {
      what: `${action.verb} … as ${name} { detach: true }`,
      version,
    });
    const { runs } = session;
    const started = await startDetached({ runs, name, recipeHash: statement.hash, shipped }, stage.signal);
    if (started) return begun(session, action, statement, started, stage);
    if (tries >= TRIES) throw new CodedError("not-started", { name, how: "others start it again and again", log: [] });
  }
}

/** Whether it is there already: what trains is watched, what has ended is given. */
async function taken(
  session: OpenSession,
  action: Detachable,
  { several, ...statement }: Statement,
  stage: Stage,
): Promise<boolean> {
  const { name } = statement;
  const there = togetherOf(session.runs, statement);
  if (!there) return false;
  const whole = RunFolder.open(there.folder);
  const outcome = outcomeOf(whole);
  if (isTraining(whole)) {
    const id = String(outcome.holder?.writer.id ?? "?");
    say(stage, `${name} is under way already, in process ${id}: nothing was started, this shows it`);
    await attachTogether(session, there, name, stage);
    return true;
  }
  if (outcome.is !== "done") {
    tellLost(session, there, outcome.is, action, stage);
    return false;
  }
  // A sweep goes on with other bounds.
  const { several: before } = there;
  if (several.is === "sweep" && before.is === "sweep" && !sameBounds(several.sweep, before.sweep)) return false;
  say(
    stage,
    `${name} was done. Nothing was started, this is what came of it.`,
    `To train anew, write another name after \`as\`, or leave \`detach\` out.`,
  );
  await giveTogether(session, there, name, stage);
  return true;
}

/** One that was cut off isn't passed over in silence. */
function tellLost(
  session: OpenSession,
  there: Together,
  is: ReturnType<typeof outcomeOf>["is"],
  action: Detachable,
  stage: Stage,
): void {
  const was = is === "interrupted" ? "was stopped" : is === "failed" ? "failed" : "was cut off";
  const { done } = doneOf(there, session.vocabulary.registry);
  const goesOn = action.verb === "sweep" || action.resume;
  const then = goesOn ? "it goes on" : "this one begins afresh; `resume: true` would go on";
  say(stage, `${there.name} ${was} after ${plural(done, ONE[there.several.is])}: ${then}.`);
}

async function begun(
  session: OpenSession,
  action: Detachable,
  { name, several }: Statement,
  { folder, process: id }: Started,
  stage: Stage,
): Promise<void> {
  if (action.verb === "sweep") {
    session.sweeps.delete(name);
    await showSweepPlan(session, action, stage);
  } else {
    const { plan, folds } = action;
    stage.screen.display(planShown(plan, { ...(folds && { folds: folds.length }) }));
    if (several.is === "repeats") {
      const handle = session.models.define(plan.recipe.model, name);
      await handle.weights?.settled;
      Object.assign(handle, { weights: null, begun: true, seeds: null, apart: true });
    }
  }
  const does = action.verb === "sweep" ? "sweeps" : "trains";
  const gives = action.verb === "sweep" ? "what it found" : several.is === "repeats" ? "the model" : "the models";
  const again = action.verb === "sweep" ? "run again, it goes on" : "with `resume: true` it goes on";
  say(
    stage,
    `${name} ${does} by itself, in process ${String(id)}${countOf(several)}.`,
    `Its log is in ${relative(stage.hostContext.folder, folder) || folder}. The notebook may be closed.`,
    `\`attach ${name}\` shows how it goes and gives ${gives}, here and in other notebooks; \`tunebook attach ${name}\` on the command line.`,
    `\`tunebook runs stop ${name}\` ends it; what is done stays done, and ${again}.`,
  );
}

function countOf(several: Several): string {
  if (several.is === "repeats") return `: ${plural(several.repeats.each.length, "seed")}`;
  if (several.is === "folds") return `: ${plural(several.folds.length, "fold")}`;
  const { trials } = several.sweep;
  return trials === null ? "" : `: at most ${plural(trials, "trial")}`;
}
