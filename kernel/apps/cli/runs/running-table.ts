/** Table of what this machine, or a cluster on its behalf, trains in any folder; and stopping one of them. */
import { basename, dirname, resolve } from "node:path";
import { registry } from "#stdlib/registry.js";
import { readRegularFile } from "#kernel/runs/read-events.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunLog } from "#kernel/runs/run-log.js";
import { isClusterSweep, readTrialGroup, runsFolderOf, type TrialGroup } from "#kernel/runs/together/trial-groups.js";
import type { RunProgressStatus } from "#kernel/remote/supervisor/outcome.js";
import {
  runningTrainings,
  unfetchedClusterSweeps,
  type RunningTraining,
} from "#kernel/remote/supervisor/running-processes.js";
import { stopRun } from "#kernel/remote/supervisor/stop-process.js";
import { textTable } from "#kernel/display/text-table.js";
import { durationText, plural, printable, significantText } from "#kernel/host/value-text.js";
import { readClusterSearchSnapshot } from "#kernel/sweep-runs/remote/remote-state.js";
import { GROUP_MEMBER_NAMES } from "#kernel/sweep-runs/detach-group.js";
import { groupProgress } from "#kernel/sweep-runs/watch-group.js";
import { findRunForCommand } from "../find-run.js";
import { runsFolder } from "./runs-folder.js";
import { serversOfRunsFolder, serversText } from "../serving-table.js";
import { stopClusterSearch } from "../stop-remote-sweep.js";

/** Timeout for a cluster's answer, in ms. */
const PATIENCE = 4000;

export async function runningTrainingsText(json: boolean): Promise<string> {
  const there = await Promise.all(unfetchedClusterSweeps().map(toldThere));
  const all = [...runningTrainings().map(toldOf), ...there.flatMap((one) => one ?? [])];
  const servers = serversOfRunsFolder(null);
  if (json) {
    const serverEntries = servers.map((one) => ({ ...one, models: one.models.map(({ name }) => name) }));
    return `${JSON.stringify([...all, ...serverEntries], null, 2)}\n`;
  }
  const serves = serversText(servers);
  if (all.length === 0) return `nothing trains on this machine, and no cluster for it\n${serves}`;
  const rows = all.map((one) => [
    ...[one.name, runsAs(one), one.process === null ? "" : String(one.process)],
    `${String(one.step)}${one.steps === null ? "" : `/${String(one.steps)}`}${one.of === "steps" ? "" : ` ${one.of}`}`,
    ...[
      one.loss === null ? "" : significantText(one.loss),
      one.secondsLeft === null ? "" : durationText(one.secondsLeft),
    ],
    one.folder,
  ]);
  const head = ["name", "how", "process", "steps", "loss", "left", "run"];
  const align = ["left", "left", "right", "right", "right", "right", "left"] as const;
  const asides = all.flatMap((one) => ("why" in one && one.why !== null ? [`${one.name}: ${one.why}`] : []));
  const lines = [textTable(head, rows, align), countText(all), ...asides];
  return `${lines.map((line) => `${printable(line)}\n`).join("")}${serves}`;
}

type Told = ReturnType<typeof toldOf> | NonNullable<Awaited<ReturnType<typeof toldThere>>>;

function runsAs(one: Told): string {
  if (one.where === "here") return one.detached ? "detached" : "in a notebook or command";
  const stands = {
    "under way": "",
    over: ", over: attach brings it",
    gone: ", ended before its time",
    away: ", not reached",
  }[one.stands];
  return `on Ray at ${one.address}${stands}`;
}

/** Null: its results were fetched in the meantime. */
async function toldThere(sweep: TrialGroup) {
  const found = await readClusterSearchSnapshot(sweep, { registry, patience: PATIENCE });
  if (found === null) return null;
  const { place: clusterPlace, stands, why, done, total } = found;
  return {
    name: sweep.name,
    run: basename(sweep.folder),
    folder: sweep.folder,
    runs: runsFolderOf(sweep),
    detached: true,
    where: "ray" as const,
    address: clusterPlace.address,
    job: clusterPlace.job,
    stands,
    why,
    process: null,
    since: clusterPlace.since,
    step: done,
    steps: total,
    of: "trials",
    loss: null,
    secondsLeft: null,
  };
}

/** Names the units of sweeps, seeds and folds, which are not single trainings. */
function countText(all: readonly { readonly of: string }[]): string {
  const single = all.filter(({ of: unit }) => unit === "steps").length;
  const several = all.length - single;
  const together =
    several > 0 && plural(several, "sweep or series that runs as one", "sweeps or series that run as one");
  return [single > 0 && plural(single, "training"), together].filter(Boolean).join(", ");
}

function toldOf({ folder, holder, detached }: RunningTraining) {
  const run = RunFolder.open(folder);
  const several = readTrialGroup(folder);
  if (several) {
    const { done, of: total } = groupProgress(several, registry);
    return {
      name: several.name,
      run: run.id,
      folder,
      runs: runsFolderOf(several),
      detached,
      where: "here" as const,
      process: holder.writer.id,
      since: holder.at,
      step: done,
      steps: total,
      of: `${GROUP_MEMBER_NAMES[several.several.is]}s`,
      loss: null,
      secondsLeft: null,
    };
  }
  const log = new RunLog();
  log.take(readRegularFile(run.eventsFile) ?? "");
  const { step, steps, loss, pace } = log;
  return {
    name: run.lock()?.name ?? run.id,
    run: run.id,
    folder,
    runs: dirname(folder),
    detached,
    where: "here" as const,
    process: holder.writer.id,
    since: holder.at,
    step,
    steps,
    of: "steps",
    loss,
    secondsLeft: pace && steps !== null ? Math.round(pace.seconds * Math.max(0, steps - step)) : null,
  };
}

function severalText(group: TrialGroup, is: RunProgressStatus, now: boolean): string {
  const { done, of: all } = groupProgress(group, registry);
  const { is: sort } = group.several;
  const count = `${String(done)}${all === null ? "" : ` of ${String(all)}`} ${GROUP_MEMBER_NAMES[sort]}s`;
  if (is === "done") return `${group.name} had ended by itself, after ${count}\n`;
  const again =
    sort === "sweep"
      ? "run its statement again to continue"
      : `\`train … as ${group.name} { …, resume: true, detach: true }\` continues`;
  return `${group.name} was ${now ? "ended at once" : "stopped"} after ${count}; ${again}\n`;
}

/** Coded errors `cannot-stop`, `nothing-to-attach`, `search-away`. */
export async function stopRunAndReport(wanted: string, folder: string, now: boolean): Promise<string> {
  const run = findRunForCommand(wanted, folder, "tunebook runs stop");
  const several = readTrialGroup(run.path);
  if (several && isClusterSweep(several)) return stopClusterSearch(several, now);
  const { is, step, steps, goesOnFrom } = await stopRun(run, { now });
  if (several) return severalText(several, is, now);
  const runName = run.lock()?.name ?? run.id;
  const name = dirname(run.path) === resolve(runsFolder(folder)) ? runName : `${runName} in ${dirname(run.path)}`;
  if (is === "done" || is === "early") return `${name} had ended by itself, at step ${String(step)}\n`;
  const ofSteps = steps === null ? "" : ` of ${String(steps)}`;
  const back =
    goesOnFrom === null
      ? "it has no checkpoint"
      : `\`train … as ${runName} { …, resume: true, detach: true }\` continues from step ${String(goesOnFrom)}`;
  return `${name} was ${now ? "ended at once" : "stopped"} at step ${String(step)}${ofSteps}; ${back}\n`;
}
