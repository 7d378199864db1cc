/** Watches a training from a terminal: one line that is kept up to date, then how it ended. */
import { dirname } from "node:path";
import { CodedError, wordsFor } from "#dsl/language/diagnostics/codes.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { registry } from "#stdlib/registry.js";
import { ofCluster, readTogether, runsAround, trainsApart, type Together } from "#kernel/runs/together/trial-groups.js";
import { holderOf } from "#kernel/runs/run-lock.js";
import { watchRun } from "#kernel/remote/supervisor/watch.js";
import { plural } from "#kernel/host/text.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { planOf } from "#kernel/models/loaded-run.js";
import { textScreen } from "#kernel/session/text-screen.js";
import { LiveTraining, titleOf } from "#kernel/session/live-training.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { cutOff } from "#kernel/training-runs/attached-training.js";
import { attachThere } from "#kernel/sweep-runs/attach-remote.js";
import { togetherCutOff } from "#kernel/sweep-runs/attach-group.js";
import { ONE } from "#kernel/sweep-runs/detach-group.js";
import { sweepOfJournal, tellOutcome } from "#kernel/sweep-runs/report-sweep.js";
import { doneOf, watchTogether } from "#kernel/sweep-runs/watch-group.js";
import { Warnings } from "#kernel/session/warnings.js";
import { untilInterrupted } from "./interrupted.js";

/** The exit status: 130 where watching was ended. Coded error `training-cut-off`. */
export async function attachRun(run: RunFolder): Promise<number> {
  const together = readTogether(run.path);
  if (together) return ofCluster(together) ? attachCluster(together) : attachSeveral(together, run);
  const name = run.lock()?.name ?? run.id;
  const plan = planOf(run.path);
  const screen = textScreen(process.stdout);
  const live = new LiveTraining(screen, "attach", titleOf(plan), plan);
  const { result } = await untilInterrupted((signal) => watchRun(run, live.watching, signal));
  screen.end();
  if (result === null) {
    process.stdout.write(`${stillText(run, name)}\n`);
    return 130;
  }
  if (result.is !== "done" && result.is !== "early") throw cutOff({ name, run }, result, dirname(dirname(run.path)));
  live.finish();
  screen.end();
  process.stdout.write(`its model: model ${name} { load: ${JSON.stringify(run.path)} }\n`);
  return 0;
}

async function attachSeveral(of: Together, whole: RunFolder): Promise<number> {
  const screen = textScreen(process.stdout);
  const { result } = await untilInterrupted((signal) => watchTogether(of, { registry, screen, signal }));
  screen.end();
  if (result === null) {
    process.stdout.write(`${stillText(whole, of.name, of.several.is === "sweep" ? "sweep" : "training")}\n`);
    return 130;
  }
  if (result.is !== "done") throw togetherCutOff(of, result, registry);
  const counted = doneOf(of, registry);
  if (of.several.is === "sweep") {
    const found = sweepOfJournal(
      { name: of.name, sweep: of.several.sweep },
      { runs: runsAround(of), registry, screen },
    );
    tellOutcome(found.live, found.log, { screen });
    screen.end();
  }
  process.stdout.write(`${plural(counted.done, ONE[of.several.is])} done; in a notebook: attach ${of.name}\n`);
  return 0;
}

/** A sweep whose search runs on a cluster: what it made is brought here when it is over. */
async function attachCluster(of: Together): Promise<number> {
  const runs = runsAround(of);
  const folder = dirname(runs);
  const session = new TuneSession({ folder, runs });
  const screen = textScreen(process.stdout);
  const watched = async (signal: AbortSignal): Promise<CodedError | null> => {
    const hostContext = { ...plainHostContext(folder), signal };
    const stage = { screen, signal, hostContext, sources: [], warnings: new Warnings(screen, [], "attach") };
    try {
      await attachThere(session, of, of.name, stage);
      return null;
    } catch (error) {
      if (signal.aborted && error instanceof CodedError && error.code === "interrupted") return error;
      throw error;
    }
  };
  try {
    const { result } = await untilInterrupted(watched);
    screen.end();
    process.stdout.write(result ? `${wordsFor(result).message}\n` : `in a notebook: attach ${of.name}\n`);
    return result ? 130 : 0;
  } finally {
    screen.end();
    await session.close();
  }
}

function stillText(run: RunFolder, name: string, what = "training"): string {
  const holder = holderOf(run.path);
  if (!holder) return "no longer watched";
  const stops = trainsApart(run.path, holder) ? `; tunebook runs stop ${name} ends it` : "";
  return `no longer watched: the ${what} goes on in process ${String(holder.writer.id)}${stops}`;
}
