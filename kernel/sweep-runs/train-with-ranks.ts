/**
 * A `train` with `runner`, around the trainings that it stands for: what the other ranks are given is written once. Where they
 * share this machine, this process's engine has as many threads meanwhile as theirs have, so that all compute the same bits.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Action } from "#dsl/compiler/plan/action.js";
import { ranksIn } from "#dsl/compiler/plan/ranks.js";
import type { Call } from "#dsl/language/types/value.js";
import { workerRunner } from "#stdlib/runners/kind.js";
import { does } from "../host/load-implementation.js";
import { writeShipment, type Shipment } from "../remote/jobs/shipment.js";
import { shipmentOf } from "../remote/jobs/ship.js";
import type { Stage } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { version } from "../session/version.js";
import { startProcesses } from "../training-runs/local-process-group.js";
import type { GathersFor } from "../training-runs/process-group.js";

type Train = Extract<Action, { verb: "train" }>;

export async function withRanks(
  session: OpenSession,
  action: Train,
  stage: Stage,
  train: (gathers: GathersFor | undefined) => Promise<void>,
): Promise<void> {
  const { runner, threads } = action.plan.effects;
  const ranks = runner && ranksIn(runner, session.vocabulary.registry);
  if (!ranks || (ranks.here && ranks.count < 2)) return train(undefined);
  const folder = mkdtempSync(join(tmpdir(), "tunebook-ranks-"));
  try {
    const what = { what: `train ${action.name} … { runner: … }`, version };
    const shipped = shipmentOf(session, action, stage, what);
    writeShipment(folder, shipped);
    const each = threads ?? ranks.threads(availableParallelism());
    const of = { count: ranks.count, threads: each, folder, shipment: shipped.shipment };
    await (ranks.here ? beside(session, stage, of, train) : elsewhere(session, stage, { ...of, runner }, train));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Ranked {
  readonly count: number;
  /** Of each. */
  readonly threads: number;
  /** Where the shipment lies. */
  readonly folder: string;
  readonly shipment: Shipment;
}
type Trains = (gathers: GathersFor) => Promise<void>;

/** Processes of this machine, which it shares its cores with. */
async function beside(session: OpenSession, stage: Stage, o: Ranked, train: Trains): Promise<void> {
  const { settings } = session.engines;
  const { signal } = stage;
  const { count: of, folder: shipment } = o;
  try {
    await session.engines.configure({ ...settings, threads: o.threads });
    await train((plan) => (engine) => startProcesses({ plan, of, shipment, signal }, engine));
  } finally {
    // What an interrupt left under way needs the engine as it is.
    await session.settled();
    await session.engines.configure(settings);
  }
}

/** Workers of a runner that have machines of their own: this process keeps the run and its engine as it is. */
async function elsewhere(
  session: OpenSession,
  stage: Stage,
  o: Ranked & { readonly runner: Call },
  train: Trains,
): Promise<void> {
  const [{ RankWorkers }, implementation] = await Promise.all([
    import("./worker-process-group.js"),
    does(o.runner, "runner"),
  ]);
  const workers = await RankWorkers.start({
    ...o,
    implementation: workerRunner(implementation),
    around: { session, stage },
  });
  try {
    await train((plan) => workers.gathers(plan));
  } finally {
    await session.settled();
    await workers.end();
  }
}
