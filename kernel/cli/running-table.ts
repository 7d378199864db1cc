/** What this machine trains, in whichever folder, as a table; and the end of one of them. */
import { dirname, resolve } from "node:path";
import { registry } from "#stdlib/registry.js";
import { readRegular } from "#kernel/artifacts/read-regular.js";
import { RunFolder } from "#kernel/artifacts/run-folder.js";
import { RunLog } from "#kernel/artifacts/run-log.js";
import { readTogether, runsAround, type Together } from "#kernel/artifacts/together.js";
import type { Standing } from "#kernel/control/outcome.js";
import { running, type Running } from "#kernel/control/running.js";
import { stopRun } from "#kernel/control/stopping.js";
import { textTable } from "#kernel/core/display/text-table.js";
import { duration, plural, printable, significant } from "#kernel/core/display/text.js";
import { ONE } from "#kernel/session/verbs/detach-together.js";
import { doneOf } from "#kernel/session/verbs/watch-together.js";
import { runWanted } from "./run-wanted.js";
import { runsFolder } from "./runs-folder.js";
import { stopThere } from "./stop-there.js";

export function runningText(json: boolean): string {
  const all = running().map(toldOf);
  if (json) return `${JSON.stringify(all, null, 2)}\n`;
  if (all.length === 0) return "nothing trains on this machine\n";
  const rows = all.map((one) => [
    ...[one.name, one.detached ? "detached" : "in a notebook or command", String(one.process)],
    `${String(one.step)}${one.steps === null ? "" : `/${String(one.steps)}`}${one.of === "steps" ? "" : ` ${one.of}`}`,
    ...[one.loss === null ? "" : significant(one.loss), one.secondsLeft === null ? "" : duration(one.secondsLeft)],
    one.folder,
  ]);
  const head = ["name", "runs", "process", "steps", "loss", "left", "run"];
  const align = ["left", "left", "right", "right", "right", "right", "left"] as const;
  return `${printable(textTable(head, rows, align))}\n${plural(all.length, "training")}\n`;
}

function toldOf({ folder, holder, detached }: Running) {
  const run = RunFolder.open(folder);
  const several = readTogether(folder);
  if (several) {
    const { done, of } = doneOf(several, registry);
    return {
      ...{ name: several.name, run: run.id, folder, runs: runsAround(several), detached, process: holder.writer.id },
      ...{ since: holder.at, step: done, steps: of, of: `${ONE[several.several.is]}s`, loss: null, secondsLeft: null },
    };
  }
  const log = new RunLog();
  log.take(readRegular(run.eventsFile) ?? "");
  const { step, steps, loss, pace } = log;
  return {
    ...{ name: run.lock()?.name ?? run.id, run: run.id, folder, runs: dirname(folder) },
    ...{ detached, process: holder.writer.id, since: holder.at, step, steps, of: "steps", loss },
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

/** Coded errors `cannot-stop`, `nothing-to-attach`. */
export async function stopText(wanted: string, folder: string, now: boolean): Promise<string> {
  const there = await stopThere(wanted, folder);
  if (there !== null) return there;
  const run = runWanted(wanted, folder, "tunebook runs stop");
  const { is, step, steps, goesOnFrom } = await stopRun(run, { now });
  const several = readTogether(run.path);
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
