/** What this machine trains, and clusters for it, in whichever folder, as a table; and the end of one of them. */
import { basename, dirname, resolve } from "node:path";
import { registry } from "#stdlib/registry.js";
import { readRegular } from "#kernel/runs/read-regular.js";
import { RunFolder } from "#kernel/runs/run-folder.js";
import { RunLog } from "#kernel/runs/run-log.js";
import { ofCluster, readTogether, runsAround, type Together } from "#kernel/runs/together/trial-groups.js";
import type { Standing } from "#kernel/remote/supervisor/outcome.js";
import { running, runningThere, type Running } from "#kernel/remote/supervisor/running-processes.js";
import { stopRun } from "#kernel/remote/supervisor/stop-process.js";
import { textTable } from "#kernel/display/text-table.js";
import { duration, plural, printable, significant } from "#kernel/host/text.js";
import { glimpse } from "#kernel/sweep-runs/remote/glimpse.js";
import { ONE } from "#kernel/sweep-runs/detach-group.js";
import { doneOf } from "#kernel/sweep-runs/watch-group.js";
import { runWanted } from "../run-wanted.js";
import { runsFolder } from "./runs-folder.js";
import { servingIn, servingText } from "../serving-table.js";
import { stopThere } from "../stop-there.js";

/** Milliseconds for an answer of a cluster. */
const PATIENCE = 4000;

export async function runningText(json: boolean): Promise<string> {
  const there = await Promise.all(runningThere().map(toldThere));
  const all = [...running().map(toldOf), ...there.flatMap((one) => one ?? [])];
  const servers = servingIn(null);
  if (json) {
    const told = servers.map((one) => ({ ...one, models: one.models.map(({ name }) => name) }));
    return `${JSON.stringify([...all, ...told], null, 2)}\n`;
  }
  const serves = servingText(servers);
  if (all.length === 0) return `nothing trains on this machine, and no cluster for it\n${serves}`;
  const rows = all.map((one) => [
    ...[one.name, runsAs(one), one.process === null ? "" : String(one.process)],
    `${String(one.step)}${one.steps === null ? "" : `/${String(one.steps)}`}${one.of === "steps" ? "" : ` ${one.of}`}`,
    ...[one.loss === null ? "" : significant(one.loss), one.secondsLeft === null ? "" : duration(one.secondsLeft)],
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

/** Null: it was brought meanwhile. */
async function toldThere(sweep: Together) {
  const found = await glimpse(sweep, { registry, patience: PATIENCE });
  if (found === null) return null;
  const { at, stands, why, done, of } = found;
  return {
    name: sweep.name,
    run: basename(sweep.folder),
    folder: sweep.folder,
    runs: runsAround(sweep),
    detached: true,
    where: "ray" as const,
    address: at.address,
    job: at.job,
    stands,
    why,
    process: null,
    since: at.since,
    step: done,
    steps: of,
    of: "trials",
    loss: null,
    secondsLeft: null,
  };
}

/** A sweep, seeds and folds are no single training. */
function countText(all: readonly { readonly of: string }[]): string {
  const single = all.filter(({ of }) => of === "steps").length;
  const several = all.length - single;
  const together =
    several > 0 && plural(several, "sweep or series that runs as one", "sweeps or series that run as one");
  return [single > 0 && plural(single, "training"), together].filter(Boolean).join(", ");
}

function toldOf({ folder, holder, detached }: Running) {
  const run = RunFolder.open(folder);
  const several = readTogether(folder);
  if (several) {
    const { done, of } = doneOf(several, registry);
    return {
      name: several.name,
      run: run.id,
      folder,
      runs: runsAround(several),
      detached,
      where: "here" as const,
      process: holder.writer.id,
      since: holder.at,
      step: done,
      steps: of,
      of: `${ONE[several.several.is]}s`,
      loss: null,
      secondsLeft: null,
    };
  }
  const log = new RunLog();
  log.take(readRegular(run.eventsFile) ?? "");
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

function severalText(of: Together, is: Standing, now: boolean): string {
  const { done, of: all } = doneOf(of, registry);
  const { is: sort } = of.several;
  const count = `${String(done)}${all === null ? "" : ` of ${String(all)}`} ${ONE[sort]}s`;
  if (is === "done") return `${of.name} had ended by itself, after ${count}\n`;
  const again =
    sort === "sweep"
      ? "run again, its statement goes on"
      : `\`train … as ${of.name} { …, resume: true, detach: true }\` goes on`;
  return `${of.name} was ${now ? "ended at once" : "stopped"} after ${count}; ${again}\n`;
}

/** Coded errors `cannot-stop`, `nothing-to-attach`, `search-away`. */
export async function stopText(wanted: string, folder: string, now: boolean): Promise<string> {
  const run = runWanted(wanted, folder, "tunebook runs stop");
  const several = readTogether(run.path);
  if (several && ofCluster(several)) return stopThere(several, now);
  const { is, step, steps, goesOnFrom } = await stopRun(run, { now });
  if (several) return severalText(several, is, now);
  const own = run.lock()?.name ?? run.id;
  const name = dirname(run.path) === resolve(runsFolder(folder)) ? own : `${own} in ${dirname(run.path)}`;
  if (is === "done" || is === "early") return `${name} had ended by itself, at step ${String(step)}\n`;
  const of = steps === null ? "" : ` of ${String(steps)}`;
  const back =
    goesOnFrom === null
      ? "it kept no checkpoint"
      : `\`train … as ${own} { …, resume: true, detach: true }\` goes on from step ${String(goesOnFrom)}`;
  return `${name} was ${now ? "ended at once" : "stopped"} at step ${String(step)}${of}; ${back}\n`;
}
