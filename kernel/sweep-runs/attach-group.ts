/** `attach` of several trainings that run as one by themselves: watched, and then what they came to has its name here. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { runProgressOf, type RunProgress } from "../remote/supervisor/outcome.js";
import { findFinishedRun } from "../runs/history/runs-named.js";
import { RunFolder } from "../runs/run-folder.js";
import type { TrialGroup } from "../runs/together/trial-groups.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { registerSweep, liveSweepFromJournal, reportSweep } from "./report-sweep.js";
import { trainFolds } from "./repeats/folds.js";
import { trainRepeats } from "./repeats/repeats.js";
import { groupProgress, groupMembersOf, watchGroup } from "./watch-group.js";

/** Coded errors `interrupted` (watching ended, nothing else), `training-cut-off`, and those of opening runs. */
export async function attachGroup(
  session: OpenSession,
  group: TrialGroup,
  name: string,
  context: ExecutionContext,
): Promise<void> {
  const { registry } = session.vocabulary;
  const outcome = await watchGroup(group, { registry, screen: context.screen, signal: context.signal });
  if (!outcome) throw stillGoing(group, name);
  if (outcome.is !== "done") throw groupCutOffError(group, outcome, registry);
  await showGroupResult(session, group, name, context);
}

/** The name stands for what they came to, which is shown. Nothing is trained. */
export async function showGroupResult(
  session: OpenSession,
  group: TrialGroup,
  name: string,
  context: ExecutionContext,
): Promise<void> {
  const { several } = group;
  if (several.is === "sweep") {
    const { registry } = session.vocabulary;
    const found = liveSweepFromJournal(
      { name: group.name, sweep: several.sweep },
      { runs: session.runs, registry, screen: context.screen },
    );
    registerSweep(session, name, found.live);
    return reportSweep(session, found, context);
  }
  for (const one of groupMembersOf(several))
    if (!findFinishedRun(session.runs, one.name, one.plan.recipeHash))
      throw new CodedError("run-lost", { run: one.name });
  const { is, ...plans } = several;
  void is;
  const id = `attached-${name}-${Date.now().toString(36)}`;
  const shows = { id, onTrained: () => undefined };
  // All of them are trained: resumed, each is taken as it is.
  const action = { verb: "train" as const, name, resume: true, span: { source: "", start: 0, end: 0 }, source: "" };
  if ("repeats" in plans) return trainRepeats(session, { ...action, ...plans }, context, shows);
  return trainFolds(session, { ...action, ...plans }, context, shows);
}

function stillGoing(group: TrialGroup, name: string): CodedError {
  const { holder } = runProgressOf(RunFolder.open(group.folder));
  const where = holder ? ` in process ${String(holder.writer.id)}` : "";
  return new CodedError("interrupted", {
    what: `watching ${name}`,
    kept: `it goes on${where}: \`attach ${name}\` shows it again, \`tunebook runs stop ${group.name}\` ends it`,
  });
}

export function groupCutOffError(
  whole: TrialGroup,
  { is, how, why, log, gone }: RunProgress,
  registry: Registry,
): CodedError {
  const { name, folder, several } = whole;
  // Nothing is counted, and no journal made, where nothing is any more.
  const { done, of: total } = gone ? { done: 0, of: null } : groupProgress(whole, registry);
  return new CodedError("training-cut-off", {
    name,
    run: `detached/${RunFolder.open(folder).id}`,
    ended: is === "interrupted" ? "stopped" : is === "failed" ? "failed" : "cut off",
    how: how ?? "",
    log: why === null ? log : [],
    step: done,
    steps: total,
    goesOnFrom: null,
    together: several.is,
    ...(why !== null && { why }),
    ...(gone && { gone }),
  });
}
