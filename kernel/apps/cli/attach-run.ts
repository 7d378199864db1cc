/** Watches a training from a terminal: one line with live progress, then the outcome. */
import { dirname } from "node:path";
import { CodedError, diagnosticText } from "#dsl/language/diagnostics/codes.js";
import type { RunFolder } from "#kernel/runs/run-folder.js";
import { registry } from "#stdlib/registry.js";
import {
  isClusterSweep,
  readTrialGroup,
  runsFolderOf,
  isTrainedInOwnProcess,
  type TrialGroup,
} from "#kernel/runs/together/trial-groups.js";
import { lockHolderOf } from "#kernel/runs/run-lock.js";
import { watchRun } from "#kernel/remote/supervisor/watch.js";
import { plural } from "#kernel/host/value-text.js";
import { plainHostContext } from "#kernel/host/host-context.js";
import { planOfRun } from "#kernel/models/loaded-run.js";
import { textScreen } from "#kernel/session/text-screen.js";
import { LiveTraining, trainingTitle } from "#kernel/session/live-training.js";
import { TuneSession } from "#kernel/features/tune-session.js";
import { cutOffError } from "#kernel/training-runs/attached-training.js";
import { attachRemoteSweep, groupCutOffError } from "#kernel/sweep-runs/attach-group.js";
import { GROUP_MEMBER_NAMES } from "#kernel/sweep-runs/detach-group.js";
import { liveSweepFromJournal, reportOutcome } from "#kernel/sweep-runs/report-sweep.js";
import { groupProgress, watchGroup } from "#kernel/sweep-runs/watch-group.js";
import { WarningReporter } from "#kernel/session/execution-context.js";
import { runUntilInterrupted } from "./interrupted.js";

/** Returns the exit status: 130 if the user stopped watching. Coded error `training-cut-off`. */
export async function attachRun(run: RunFolder): Promise<number> {
  const together = readTrialGroup(run.path);
  if (together) return isClusterSweep(together) ? attachCluster(together) : attachSeveral(together, run);
  const name = run.lock()?.name ?? run.id;
  const plan = planOfRun(run.path);
  const screen = textScreen(process.stdout);
  const live = new LiveTraining(screen, "attach", trainingTitle(plan), plan);
  const { result } = await runUntilInterrupted((signal) => watchRun(run, live.watching, signal));
  screen.end();
  if (result === null) {
    process.stdout.write(`${stillText(run, name)}\n`);
    return 130;
  }
  if (result.is !== "done" && result.is !== "early")
    throw cutOffError({ name, run }, result, dirname(dirname(run.path)));
  live.finish();
  screen.end();
  process.stdout.write(`its model: model ${name} { load: ${JSON.stringify(run.path)} }\n`);
  return 0;
}

async function attachSeveral(group: TrialGroup, whole: RunFolder): Promise<number> {
  const screen = textScreen(process.stdout);
  const { result } = await runUntilInterrupted((signal) => watchGroup(group, { registry, screen, signal }));
  screen.end();
  if (result === null) {
    process.stdout.write(`${stillText(whole, group.name, group.several.is === "sweep" ? "sweep" : "training")}\n`);
    return 130;
  }
  if (result.is !== "done") throw groupCutOffError(group, result, registry);
  const counted = groupProgress(group, registry);
  if (group.several.is === "sweep") {
    const found = liveSweepFromJournal(
      { name: group.name, sweep: group.several.sweep },
      { runs: runsFolderOf(group), registry, screen },
    );
    reportOutcome(found.live, found.log, { screen });
    screen.end();
  }
  process.stdout.write(
    `${plural(counted.done, GROUP_MEMBER_NAMES[group.several.is])} done; in a notebook: attach ${group.name}\n`,
  );
  return 0;
}

/** For a sweep that searches on a cluster: fetches its results once it is over. */
async function attachCluster(group: TrialGroup): Promise<number> {
  const runs = runsFolderOf(group);
  const folder = dirname(runs);
  const session = new TuneSession({ folder, runs });
  const screen = textScreen(process.stdout);
  const watched = async (signal: AbortSignal): Promise<CodedError | null> => {
    const hostContext = { ...plainHostContext(folder), signal };
    const stage = { screen, signal, hostContext, sources: [], warnings: new WarningReporter(screen, [], "attach") };
    try {
      await attachRemoteSweep(session, group, group.name, stage);
      return null;
    } catch (error) {
      if (signal.aborted && error instanceof CodedError && error.code === "interrupted") return error;
      throw error;
    }
  };
  try {
    const { result } = await runUntilInterrupted(watched);
    screen.end();
    process.stdout.write(result ? `${diagnosticText(result).message}\n` : `in a notebook: attach ${group.name}\n`);
    return result ? 130 : 0;
  } finally {
    screen.end();
    await session.close();
  }
}

function stillText(run: RunFolder, name: string, what = "training"): string {
  const holder = lockHolderOf(run.path);
  if (!holder) return "no longer watched";
  const stops = isTrainedInOwnProcess(run.path, holder) ? `; tunebook runs stop ${name} ends it` : "";
  return `no longer watched: the ${what} continues in process ${String(holder.writer.id)}${stops}`;
}
