/**
 * `attach` for a group of trainings that runs in its own process: watches it, and then binds the name to its result.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { runProgressOf, type RunProgress } from "../remote/supervisor/outcome.js";
import { findFinishedRun } from "../runs/history/runs-by-recipe.js";
import { RunFolder } from "../runs/run-folder.js";
import { type TrialGroup, runsFolderOf } from "../runs/together/trial-groups.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { bindSweepName, liveSweepFromJournal, reportSweep } from "./report-sweep.js";
import { trainFolds } from "./repeats/folds.js";
import { trainRepeats } from "./repeats/repeats.js";
import { groupProgress, groupMembersOf, watchGroup } from "./watch-group.js";
import { clusterConnectionOf, readSearchPlace } from "../runs/together/search-place.js";
import { requestClusterOfSearch } from "../remote/coordinator/ray/reachability.js";
import { fetchRayJob } from "../remote/coordinator/ray/search-job.js";
import { journalSpecOf } from "./journal/journal-identity.js";
import { SweepMirror } from "./remote/local-journal.js";
import { watchRemoteSweep } from "./watch-remote.js";

/** Throws the coded errors `interrupted` (only watching ended), `training-cut-off`, and those of opening runs. */
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

/** Binds the name to the group's result and shows it. Nothing is trained. */
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
    bindSweepName(session, name, found.live);
    return reportSweep(session, found, context);
  }
  for (const one of groupMembersOf(several))
    if (!findFinishedRun(session.runs, one.name, one.plan.recipeHash))
      throw new CodedError("run-lost", { run: one.name });
  const { is, ...plans } = several;
  void is;
  const id = `attached-${name}-${Date.now().toString(36)}`;
  const shows = { id, onTrained: () => undefined };
  // All of them are trained, so `resume` only loads each of them.
  const action = { verb: "train" as const, name, resume: true, span: { source: "", start: 0, end: 0 }, source: "" };
  if ("repeats" in plans) return trainRepeats(session, { ...action, ...plans }, context, shows);
  return trainFolds(session, { ...action, ...plans }, context, shows);
}

function stillGoing(group: TrialGroup, name: string): CodedError {
  const { holder } = runProgressOf(RunFolder.open(group.folder));
  const where = holder ? ` in process ${String(holder.writer.id)}` : "";
  return new CodedError("interrupted", {
    what: `watching ${name}`,
    kept: `it continues${where}: \`attach ${name}\` shows it again, \`tunebook runs stop ${group.name}\` ends it`,
  });
}

export function groupCutOffError(
  whole: TrialGroup,
  { is, how, why, log, gone }: RunProgress,
  registry: Registry,
): CodedError {
  const { name, folder, several } = whole;
  // If the group no longer exists, nothing is counted and no journal is created.
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

// `attach` for a sweep whose search runs on a cluster: watches it like its own statement, fetches it when it has ended,
// and binds the name to its result. A sweep that was already fetched is loaded.

/**
 * Throws the coded errors `interrupted` (only watching ended), `search-away`, `search-cut-off`, and those of the search
 * itself.
 */
export async function attachRemoteSweep(
  session: OpenSession,
  group: TrialGroup,
  name: string,
  context: ExecutionContext,
): Promise<void> {
  const { several, folder, hash } = group;
  const place = readSearchPlace(folder);
  if (several.is !== "sweep" || place === null) return showGroupResult(session, group, name, context);
  const { sweep } = several;
  const mirror = new SweepMirror({
    runs: runsFolderOf(group),
    name: group.name,
    hash,
    spec: journalSpecOf(sweep, session.vocabulary.registry),
  });
  if (place.lost)
    throw new CodedError("search-cut-off", {
      sweep: group.name,
      address: place.address,
      how: "it ended without a result",
      ended: mirror.ended.length,
      log: [],
    });
  await requestClusterOfSearch(place, (ray) => fetchRayJob(ray, place), { signal: context.signal });
  const cluster = clusterConnectionOf(place);
  const found = await watchRemoteSweep(
    { session, action: { name, sweep }, stage: context, folder, cluster, mirror },
    place,
  );
  await reportSweep(session, found, context);
}
