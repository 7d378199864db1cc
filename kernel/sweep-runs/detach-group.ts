/**
 * `sweep … as found { detach: true }`, and `train … { detach: true }` with several seeds or folds: runs everything in a
 * separate process. The statement ends once that process has started. Run again, it starts nothing that exists already.
 */
import { relative } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import {
  findTrialGroup,
  type TrialGroupPlan,
  type TrialGroupStatement,
  type TrialGroup,
} from "../runs/together/trial-groups.js";
import { RunFolder } from "../runs/run-folder.js";
import { isTraining, runProgressOf } from "../remote/supervisor/outcome.js";
import { startDetached, type DetachedProcess } from "../remote/supervisor/start-process.js";
import { planCardView } from "../display/plans/plan-card.js";
import { plural } from "../host/value-text.js";
import { createJobSpec } from "../remote/jobs/ship.js";
import { haveSameSweepLimits, sweepHash } from "./journal/journal-identity.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { version } from "../session/version.js";
import { attachGroup, showGroupResult } from "./attach-group.js";
import { printLines } from "../session/print-lines.js";
import { showSweepPlan } from "./report-sweep.js";
import { groupProgress } from "./watch-group.js";

export type DetachableAction = Extract<Action, { verb: "sweep" | "train" }>;

/** Maximum number of attempts, if other processes keep starting the same between two checks. */
const TRIES = 5;
/** Names for one member of the group. */
export const GROUP_MEMBER_NAMES = { sweep: "trial", repeats: "seed", folds: "fold" } as const;

/** Returns undefined for a single training. */
export function trialGroupStatementOf(action: DetachableAction): TrialGroupStatement | undefined {
  const { name } = action;
  if (action.verb === "sweep") return statementFor(name, sweepHash(action.sweep), { is: "sweep", sweep: action.sweep });
  const { plan, repeats, folds } = action;
  if (repeats) return statementFor(name, repeats.recipeHash, { is: "repeats", plan, repeats });
  if (!folds) return undefined;
  return statementFor(name, hashOf(folds.map((fold) => fold.plan.recipeHash)), { is: "folds", plan, folds });
}
const statementFor = (name: string, hash: string, several: TrialGroupPlan): TrialGroupStatement => ({
  version: 1,
  name,
  hash,
  several,
});

export async function detachGroup(
  session: OpenSession,
  action: DetachableAction,
  context: ExecutionContext,
): Promise<void> {
  const { name } = action;
  if (process.platform === "win32") throw new CodedError("cannot-detach", { name });
  const statement = trialGroupStatementOf(action);
  if (!statement) throw new CodedError("internal", { what: "a single training was to run as several" });
  for (let tries = 1; ; tries++) {
    if (await taken(session, action, statement, context)) return;
    const shipped = createJobSpec(session, action, context, {
      what: `${action.verb} … as ${name} { detach: true }`,
      version,
    });
    const { runs } = session;
    const started = await startDetached({ runs, name, recipeHash: statement.hash, shipped }, context.signal);
    if (started) return begun(session, action, statement, started, context);
    if (tries >= TRIES) throw new CodedError("not-started", { name, how: "others start it again and again", log: [] });
  }
}

/**
 * Handles a group that exists already: a running one is watched, an ended one is loaded. Returns whether there was one.
 */
async function taken(
  session: OpenSession,
  action: DetachableAction,
  { several, ...statement }: TrialGroupStatement,
  context: ExecutionContext,
): Promise<boolean> {
  const { name } = statement;
  const there = findTrialGroup(session.runs, statement);
  if (!there) return false;
  const whole = RunFolder.open(there.folder);
  const outcome = runProgressOf(whole);
  if (isTraining(whole)) {
    const id = String(outcome.holder?.writer.id ?? "?");
    printLines(context, `${name} is under way already, in process ${id}: nothing was started, this shows it`);
    await attachGroup(session, there, name, context);
    return true;
  }
  if (outcome.is !== "done") {
    tellLost(session, there, outcome.is, action, context);
    return false;
  }
  // A sweep may be continued with other limits.
  const { several: before } = there;
  if (several.is === "sweep" && before.is === "sweep" && !haveSameSweepLimits(several.sweep, before.sweep))
    return false;
  printLines(
    context,
    `${name} was already finished. Nothing was started; this is its result.`,
    `To train again, write another name after \`as\`, or remove \`detach\`.`,
  );
  await showGroupResult(session, there, name, context);
  return true;
}

/** Reports a group whose process was killed. */
function tellLost(
  session: OpenSession,
  there: TrialGroup,
  is: ReturnType<typeof runProgressOf>["is"],
  action: DetachableAction,
  context: ExecutionContext,
): void {
  const was = is === "interrupted" ? "was stopped" : is === "failed" ? "failed" : "was cut off";
  const { done } = groupProgress(there, session.vocabulary.registry);
  const goesOn = action.verb === "sweep" || action.resume;
  const then = goesOn ? "it continues" : "it starts again from the beginning; `resume: true` would continue";
  printLines(context, `${there.name} ${was} after ${plural(done, GROUP_MEMBER_NAMES[there.several.is])}: ${then}.`);
}

async function begun(
  session: OpenSession,
  action: DetachableAction,
  { name, several }: TrialGroupStatement,
  { folder, process: id }: DetachedProcess,
  context: ExecutionContext,
): Promise<void> {
  if (action.verb === "sweep") {
    session.sweeps.delete(name);
    await showSweepPlan(session, action, context);
  } else {
    const { plan, folds } = action;
    context.screen.display(planCardView(plan, { ...(folds && { folds: folds.length }) }));
    if (several.is === "repeats") {
      const handle = session.models.define(plan.recipe.model, name);
      await handle.weights?.settled;
      Object.assign(handle, { weights: null, begun: true, seeds: null, apart: true });
    }
  }
  const does = action.verb === "sweep" ? "sweeps" : "trains";
  const gives = action.verb === "sweep" ? "its result" : several.is === "repeats" ? "the model" : "the models";
  const again =
    action.verb === "sweep" ? "run the statement again to continue it" : "use `resume: true` to continue it";
  printLines(
    context,
    `${name} ${does} by itself, in process ${String(id)}${countOf(several)}.`,
    `Its log is in ${relative(context.hostContext.folder, folder) || folder}. The notebook may be closed.`,
    `\`attach ${name}\` shows its progress and gives ${gives}, here and in other notebooks; \`tunebook attach ${name}\` on the command line.`,
    `\`tunebook runs stop ${name}\` ends it; its results so far are kept, and ${again}.`,
  );
}

function countOf(several: TrialGroupPlan): string {
  if (several.is === "repeats") return `: ${plural(several.repeats.each.length, "seed")}`;
  if (several.is === "folds") return `: ${plural(several.folds.length, "fold")}`;
  const { trials } = several.sweep;
  return trials === null ? "" : `: at most ${plural(trials, "trial")}`;
}
