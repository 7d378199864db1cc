/**
 * Several trainings that run as one in a process of their own, watched: a sweep by its journal as it grows, seeds and folds by
 * their runs, one after another in one picture. Nothing that happens here ends them.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Registry } from "#dsl/language/types/registry.js";
import { isTraining, outcomeOf, type Outcome } from "../remote/supervisor/outcome.js";
import { watchRun } from "../remote/supervisor/watch.js";
import { finishedRun, runsNamed } from "../runs/history/runs-named.js";
import { runsAround, type Several, type Together } from "../runs/together/trial-groups.js";
import { RunFolder } from "../runs/run-folder.js";
import { LiveTraining, type Screen } from "../session/live-training.js";
import { sweepOfJournal } from "./report-sweep.js";
import { foldsOf } from "./repeats/folds.js";
import { seedsOf } from "./repeats/repeats.js";
import type { Each } from "./repeats/train-each.js";

/** Milliseconds between two looks. */
const EVERY = 250;

export interface Watches {
  readonly registry: Registry;
  readonly screen: Screen;
  readonly signal?: AbortSignal | undefined;
}

/** How they ended; null: the signal came, and nothing was done to them. */
export async function watchTogether(of: Together, o: Watches): Promise<Outcome | null> {
  const whole = RunFolder.open(of.folder);
  const { several } = of;
  if (several.is === "sweep") await watchSweep(of, several, whole, o);
  else await watchEach(of, eachOf(several), whole, o);
  // What is left of it: its last checkpoint, its end.
  while (isTraining(whole) && !o.signal?.aborted) await pause(o.signal);
  return o.signal?.aborted ? null : outcomeOf(whole);
}

/** Seeds or folds as they are shown. */
export function eachOf(several: Exclude<Several, { is: "sweep" }>): readonly Each[] {
  return several.is === "repeats" ? seedsOf(several.repeats) : foldsOf(several.folds);
}

/** How many of them are done, and of how many; null: nothing but time or tokens bounds them. */
export function doneOf(of: Together, registry: Registry): { readonly done: number; readonly of: number | null } {
  const runs = runsAround(of);
  if (of.several.is !== "sweep") {
    const each = eachOf(of.several);
    const done = each.filter(({ name, plan }) => finishedRun(runs, name, plan.recipeHash)).length;
    return { done, of: each.length };
  }
  const screen: Screen = { display: () => undefined, update: () => undefined };
  const { live, log } = sweepOfJournal({ name: of.name, sweep: of.several.sweep }, { runs, registry, screen });
  return { done: log.ended.length, of: live.view.wanted };
}

async function watchSweep(
  of: Together,
  { sweep }: Extract<Several, { is: "sweep" }>,
  whole: RunFolder,
  { registry, screen, signal }: Watches,
): Promise<void> {
  const { live, log } = sweepOfJournal({ name: of.name, sweep }, { runs: runsAround(of), registry, screen });
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
  of: Together,
  each: readonly Each[],
  whole: RunFolder,
  { screen, signal }: Watches,
): Promise<void> {
  const id = `attach-${of.name}-${Date.now().toString(36)}`;
  let again = false;
  for (const { name, plan, title } of each) {
    const run = await begun({ name, plan }, runsAround(of), whole, signal);
    if (!run || signal?.aborted) return;
    const live = new LiveTraining(screen, id, title, plan, { again });
    again = true;
    const outcome = await watchRun(run, live.watching, signal);
    if (outcome?.is !== "done" && outcome?.is !== "early") return;
  }
}

/** The run that trains one of them, or did; undefined: it never comes. */
async function begun(
  { name, plan }: Pick<Each, "name" | "plan">,
  runs: string,
  whole: RunFolder,
  signal: AbortSignal | undefined,
): Promise<RunFolder | undefined> {
  for (;;) {
    const trains = isTraining(whole);
    const found = runsNamed(runs, name, plan.recipeHash);
    const run = found.find(isTraining) ?? finishedRun(runs, name, plan.recipeHash);
    if (run || !trains || signal?.aborted) return run;
    await pause(signal);
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await delay(EVERY, undefined, signal && { signal }).catch(() => undefined);
}
