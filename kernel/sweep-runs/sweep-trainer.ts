/** Returns what trains the trials of a sweep: the engine of the notebook, or workers that a runner starts elsewhere. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { asWorkerRunner, type WorkerCapacity } from "#stdlib/runners/kind.js";
import type { TrialConcurrency } from "./trial-concurrency.js";
import { loadImplementation } from "../host/load-implementation.js";
import { createJobSpec, type JobSession, type JobOrigin } from "../remote/jobs/ship.js";
import { writeJobSpec } from "../remote/jobs/shipment.js";
import type { OwnClusterAccess } from "../remote/coordinator/work-methods.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { TrackerSender } from "../trackers/trackers.js";
import { reportRunStartToTrackers, type TrackingContext } from "../training-runs/tracker-context.js";
import { version } from "../session/version.js";
import type { RemoteTrialSweepContext, RemoteTrialOptions } from "./remote-trials.js";
import type { TrialRunner } from "./trial-program.js";

export interface TrialTrainer {
  readonly runTrial: TrialRunner;
  /** Called when no trial is open any more. */
  end(): Promise<void>;
}
export interface SweepTrainerContext extends RemoteTrialSweepContext {
  readonly session: RemoteTrialSweepContext["session"] & JobSession & { readonly trackers: TrackerSender };
  readonly stage: RemoteTrialSweepContext["stage"] &
    JobOrigin &
    TrackingContext & { readonly inside?: OwnClusterAccess };
}
export interface TrialTrainerOptions {
  /** Trains a trial on the notebook's own engine. */
  readonly here: TrialRunner;
  readonly plansOf: RemoteTrialOptions["plansOf"];
  readonly action: Extract<Action, { verb: "sweep" }>;
  readonly open: TrialConcurrency;
  /** Name of the sweep's journal. */
  readonly journal: string;
  readonly onNote: (words: string) => void;
  /** Capacity of the runner's cluster; null for this machine. */
  readonly where: WorkerCapacity | null;
}

/**
 * Returns the capacity for the runner's workers; null for this machine or without a runner. Throws the coded errors of
 * clusters.
 */
export async function workerCapacityOf(
  { runner }: SweepPlan,
  inside?: OwnClusterAccess,
): Promise<WorkerCapacity | null> {
  if (!runner) return null;
  const [{ workerLaunchersFactory: waysOf }, implementation] = await Promise.all([
    import("../remote/coordinator/work-methods.js"),
    loadImplementation(runner, "runner"),
  ]);
  const { look } = asWorkerRunner(implementation);
  return (await look?.(runner, waysOf(inside)({ url: "", token: "", name: "", place: 0 }))) ?? null;
}

/** Throws the coded error `not-shippable` if the sweep cannot be sent to a runner's workers. */
export async function trialTrainerFor(
  around: SweepTrainerContext,
  options: TrialTrainerOptions,
): Promise<TrialTrainer> {
  const { runner } = options.action.sweep;
  if (!runner) return { runTrial: options.here, end: () => Promise.resolve() };
  const { session, stage } = around;
  const what = `\`sweep … { runner: ${runner.word}(…) }\``;
  const shipped = createJobSpec(session, options.action, stage, { what, version });
  // The holder of the sweep's lock owns this folder: files of a killed process are removed.
  const work = join(session.runs, "sweeps", `.${options.journal}`);
  rmSync(work, { recursive: true, force: true });
  const folder = join(work, "shipped");
  writeJobSpec(folder, shipped);
  const [
    { Coordinator },
    { WorkerPool: Workers },
    { workerLaunchersFactory: waysOf },
    { remoteTrialRunner: trialsElsewhere },
    implementation,
  ] = await Promise.all([
    import("../remote/coordinator/coordinator.js"),
    import("../remote/coordinator/workers.js"),
    import("../remote/coordinator/work-methods.js"),
    import("./remote-trials.js"),
    loadImplementation(runner, "runner"),
  ]);
  const { onNote, where } = options;
  const { trials: count, threads = 1 } = options.open;
  const coordinator = await Coordinator.open({
    version,
    onNote,
    scratch: join(work, "arriving"),
    expected: count,
    ...(where && { host: where.host }),
  });
  const tells = {
    began: (run: string, trial: TrialOfRun) => reportRunStartToTrackers(session, run, stage, trial),
    happened: (run: string) => session.trackers.happened(run),
  };
  const ways = waysOf(stage.inside);
  const workers = new Workers({
    call: runner,
    runner: asWorkerRunner(implementation),
    count,
    threads,
    coordinator,
    ways,
  });
  return {
    runTrial: trialsElsewhere({
      tells,
      coordinator,
      around,
      plansOf: options.plansOf,
      shipment: shipped.shipment,
      folder,
      onNote,
    }),
    async end() {
      coordinator.finish();
      await workers.end();
      await coordinator.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}
