/** `attach` of several trainings that run as one by themselves: watched, and then what they came to has its name here. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { outcomeOf, type Outcome } from "../remote/supervisor/outcome.js";
import { finishedRun } from "../runs/history/runs-named.js";
import { RunFolder } from "../runs/run-folder.js";
import type { Together } from "../runs/together/trial-groups.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { keepSweep, sweepOfJournal, tellSwept } from "./report-sweep.js";
import { trainFolds } from "./repeats/folds.js";
import { trainRepeats } from "./repeats/repeats.js";
import { doneOf, eachOf, watchTogether } from "./watch-group.js";

/** Coded errors `interrupted` (watching ended, nothing else), `training-cut-off`, and those of opening runs. */
export async function attachTogether(session: OpenSession, of: Together, name: string, stage: Stage): Promise<void> {
  const { registry } = session.vocabulary;
  const outcome = await watchTogether(of, { registry, screen: stage.screen, signal: stage.signal });
  if (!outcome) throw stillGoing(of, name);
  if (outcome.is !== "done") throw togetherCutOff(of, outcome, registry);
  await giveTogether(session, of, name, stage);
}

/** The name stands for what they came to, which is shown. Nothing is trained. */
export async function giveTogether(session: OpenSession, of: Together, name: string, stage: Stage): Promise<void> {
  const { several } = of;
  if (several.is === "sweep") {
    const { registry } = session.vocabulary;
    const found = sweepOfJournal(
      { name: of.name, sweep: several.sweep },
      { runs: session.runs, registry, screen: stage.screen },
    );
    keepSweep(session, name, found.live);
    return tellSwept(session, found, stage);
  }
  for (const one of eachOf(several))
    if (!finishedRun(session.runs, one.name, one.plan.recipeHash)) throw new CodedError("run-lost", { run: one.name });
  const { is, ...plans } = several;
  void is;
  const id = `attached-${name}-${Date.now().toString(36)}`;
  const shows = { id, onTrained: () => undefined };
  // All of them are trained: resumed, each is taken as it is.
  const action = { verb: "train" as const, name, resume: true, span: { source: "", start: 0, end: 0 }, source: "" };
  if ("repeats" in plans) return trainRepeats(session, { ...action, ...plans }, stage, shows);
  return trainFolds(session, { ...action, ...plans }, stage, shows);
}

function stillGoing(of: Together, name: string): CodedError {
  const { holder } = outcomeOf(RunFolder.open(of.folder));
  const where = holder ? ` in process ${String(holder.writer.id)}` : "";
  return new CodedError("interrupted", {
    what: `watching ${name}`,
    kept: `it goes on${where}: \`attach ${name}\` shows it again, \`tunebook runs stop ${of.name}\` ends it`,
  });
}

export function togetherCutOff(whole: Together, { is, how, why, log, gone }: Outcome, registry: Registry): CodedError {
  const { name, folder, several } = whole;
  // Nothing is counted, and no journal made, where nothing is any more.
  const { done, of } = gone ? { done: 0, of: null } : doneOf(whole, registry);
  return new CodedError("training-cut-off", {
    name,
    run: `detached/${RunFolder.open(folder).id}`,
    ended: is === "interrupted" ? "stopped" : is === "failed" ? "failed" : "cut off",
    how: how ?? "",
    log: why === null ? log : [],
    step: done,
    steps: of,
    goesOnFrom: null,
    together: several.is,
    ...(why !== null && { why }),
    ...(gone && { gone }),
  });
}
