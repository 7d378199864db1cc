/**
 * `train` with `runner`: runs its trainings in a process group. The job for the other ranks is written once. If the
 * ranks share this machine, this process's engine meanwhile uses as many threads as each of theirs, so that all compute
 * the same bits.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Action } from "#dsl/compiler/plan/action.js";
import { rankLayoutOfRunner } from "#dsl/compiler/plan/ranks.js";
import type { Call } from "#dsl/language/types/value.js";
import { asWorkerRunner } from "#stdlib/runners/kind.js";
import { loadImplementation } from "../host/load-implementation.js";
import { writeJobSpec, type JobSpec } from "../remote/jobs/shipment.js";
import { createJobSpec } from "../remote/jobs/ship.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { version } from "../session/version.js";
import { startLocalGroup } from "../training-runs/local-process-group.js";
import type { GroupLauncherFor } from "../training-runs/process-group.js";

type Train = Extract<Action, { verb: "train" }>;

export async function trainWithRanks(
  session: OpenSession,
  action: Train,
  context: ExecutionContext,
  train: (gathers: GroupLauncherFor | undefined) => Promise<void>,
): Promise<void> {
  const { runner, threads } = action.plan.effects;
  const ranks = runner && rankLayoutOfRunner(runner, session.vocabulary.registry);
  if (!ranks || (ranks.here && ranks.count < 2)) return train(undefined);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-ranks-"));
  try {
    const what = { what: `train ${action.name} … { runner: … }`, version };
    const shipped = createJobSpec(session, action, context, what);
    writeJobSpec(folder, shipped);
    const each = threads ?? ranks.threads(availableParallelism());
    const groupOptions = { count: ranks.count, threads: each, folder, shipment: shipped.shipment };
    await (ranks.here
      ? beside(session, context, groupOptions, train)
      : elsewhere(session, context, { ...groupOptions, runner }, train));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ranked {
  readonly count: number;
  /** Threads of each rank. */
  readonly threads: number;
  /** Folder of the job. */
  readonly folder: string;
  readonly shipment: JobSpec;
}
type Trains = (gathers: GroupLauncherFor) => Promise<void>;

/** Trains with processes of this machine, which share its cores. */
async function beside(session: OpenSession, context: ExecutionContext, options: Ranked, train: Trains): Promise<void> {
  const { settings } = session.engines;
  const { signal } = context;
  const { count: processCount, folder: shipment } = options;
  try {
    await session.engines.configure({ ...settings, threads: options.threads });
    await train((plan) => (engine) => startLocalGroup({ plan, of: processCount, shipment, signal }, engine));
  } finally {
    // Work that an interrupt left pending needs the present engine.
    await session.settled();
    await session.engines.configure(settings);
  }
}

/** Trains with a runner's workers on their own machines: this process keeps the run and its engine settings. */
async function elsewhere(
  session: OpenSession,
  context: ExecutionContext,
  options: Ranked & { readonly runner: Call },
  train: Trains,
): Promise<void> {
  const [{ RankWorkers }, implementation] = await Promise.all([
    import("./worker-process-group.js"),
    loadImplementation(options.runner, "runner"),
  ]);
  const workers = await RankWorkers.start({
    ...options,
    implementation: asWorkerRunner(implementation),
    around: { session, stage: context },
  });
  try {
    await train((plan) => workers.gathers(plan));
  } finally {
    await session.settled();
    await workers.end();
  }
}
