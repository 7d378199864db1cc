/**
 * Watches a group of trainings that runs in a separate process: a sweep by its growing journal, seeds and folds by
 * their runs, one after another in one figure. Nothing in this process ends them.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Registry } from "#dsl/language/types/registry.js";
import { isTraining, runProgressOf, type RunProgress } from "../remote/supervisor/outcome.js";
import { watchRun } from "../remote/supervisor/watch.js";
import { findFinishedRun, findRunsNamed } from "../runs/history/runs-by-recipe.js";
import { runsFolderOf, type TrialGroupPlan, type TrialGroup } from "../runs/together/trial-groups.js";
import { RunFolder } from "../runs/run-folder.js";
import { LiveTraining, type OutputScreen } from "../session/live-training.js";
import { liveSweepFromJournal } from "./report-sweep.js";
import { foldTrainingsOf } from "./repeats/folds.js";
import { trainingsOfSeeds } from "./repeats/repeats.js";
import type { GroupMemberTraining } from "./repeats/train-each.js";

/** Milliseconds between two checks. */
const EVERY = 250;

export interface WatchOptions {
  readonly registry: Registry;
  readonly screen: OutputScreen;
  readonly signal?: AbortSignal | undefined;
}

/** Returns how they ended; null if the signal was aborted, which does not affect the trainings. */
export async function watchGroup(group: TrialGroup, options: WatchOptions): Promise<RunProgress | null> {
  const whole = RunFolder.open(group.folder);
  const { several } = group;
  if (several.is === "sweep") await watchSweep(group, several, whole, options);
  else await watchEach(group, groupMembersOf(several), whole, options);
  // Waits until the process has written its last checkpoint and its end.
  while (isTraining(whole) && !options.signal?.aborted) await pause(options.signal);
  return options.signal?.aborted ? null : runProgressOf(whole);
}

/** Returns the seeds or folds in the order of display. */
export function groupMembersOf(several: Exclude<TrialGroupPlan, { is: "sweep" }>): readonly GroupMemberTraining[] {
  return several.is === "repeats" ? trainingsOfSeeds(several.repeats) : foldTrainingsOf(several.folds);
}

/** Returns how many of them are done, and their total; null if only time or tokens limit them. */
export function groupProgress(
  group: TrialGroup,
  registry: Registry,
): { readonly done: number; readonly of: number | null } {
  const runs = runsFolderOf(group);
  if (group.several.is !== "sweep") {
    const each = groupMembersOf(group.several);
    const done = each.filter(({ name, plan }) => findFinishedRun(runs, name, plan.recipeHash)).length;
    return { done, of: each.length };
  }
  const screen: OutputScreen = { display: () => undefined, update: () => undefined };
  const { live, log } = liveSweepFromJournal(
    { name: group.name, sweep: group.several.sweep },
    { runs, registry, screen },
  );
  return { done: log.ended.length, of: live.view.wanted };
}

async function watchSweep(
  group: TrialGroup,
  { sweep }: Extract<TrialGroupPlan, { is: "sweep" }>,
  whole: RunFolder,
  { registry, screen, signal }: WatchOptions,
): Promise<void> {
  const { live, log } = liveSweepFromJournal(
    { name: group.name, sweep },
    { runs: runsFolderOf(group), registry, screen },
  );
  for (let seen = ""; ;) {
    const trains = isTraining(whole);
    log.look();
    const now = JSON.stringify(log.trials);
    if (now !== seen) live.show();
    seen = now;
    if (!trains || signal?.aborted) break;
    await pause(signal);
  }
  live.end();
}

async function watchEach(
  group: TrialGroup,
  each: readonly GroupMemberTraining[],
  whole: RunFolder,
  { screen, signal }: WatchOptions,
): Promise<void> {
  const id = `attach-${group.name}-${Date.now().toString(36)}`;
  let again = false;
  for (const { name, plan, title } of each) {
    const run = await begun({ name, plan }, runsFolderOf(group), whole, signal);
    if (!run || signal?.aborted) return;
    const live = new LiveTraining(screen, id, title, plan, { again });
    again = true;
    const outcome = await watchRun(run, live.watching, signal);
    if (outcome?.is !== "done" && outcome?.is !== "early") return;
  }
}

/** Waits for the run of one of them; undefined if it will never exist. */
async function begun(
  { name, plan }: Pick<GroupMemberTraining, "name" | "plan">,
  runs: string,
  whole: RunFolder,
  signal: AbortSignal | undefined,
): Promise<RunFolder | undefined> {
  for (;;) {
    const trains = isTraining(whole);
    const found = findRunsNamed(runs, name, plan.recipeHash);
    const run = found.find(isTraining) ?? findFinishedRun(runs, name, plan.recipeHash);
    if (run || !trains || signal?.aborted) return run;
    await pause(signal);
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await delay(EVERY, undefined, signal && { signal }).catch(() => undefined);
}
