/**
 * A `train` with `runner`, around the trainings that it stands for: what the other ranks are given is written once, and this
 * process's engine has as many threads meanwhile as theirs have, so that all compute the same bits and share the cores.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { Action } from "#dsl/plan/plan.js";
import { ranksIn } from "#dsl/plan/ranks.js";
import { writeShipment } from "../../shipping/shipment.js";
import { shipmentOf } from "../../shipping/ship.js";
import type { Stage, TuneSession } from "../tune-session.js";
import { version } from "../version.js";
import { startProcesses } from "../trainings/gang-processes.js";
import type { Gathers } from "../trainings/gang.js";

export type GathersFor = (plan: Train["plan"]) => Gathers;
type Train = Extract<Action, { verb: "train" }>;

export async function withRanks(
  session: TuneSession,
  action: Train,
  stage: Stage,
  train: (gathers: GathersFor | undefined) => Promise<void>,
): Promise<void> {
  const { runner, threads } = action.plan.effects;
  const ranks = runner && ranksIn(runner, session.vocabulary.registry);
  if (!ranks || ranks.count < 2) return train(undefined);
  const of = ranks.count;
  const shipment = mkdtempSync(join(tmpdir(), "tunebook-ranks-"));
  const { settings } = session.engines;
  const { signal } = stage;
  try {
    const what = { what: `train ${action.name} … { runner: … }`, version };
    writeShipment(shipment, shipmentOf(session, action, stage, what));
    await session.engines.configure({ ...settings, threads: threads ?? ranks.threads(availableParallelism()) });
    await train((plan) => (engine) => startProcesses({ plan, of, shipment, signal }, engine));
  } finally {
    rmSync(shipment, { recursive: true, force: true });
    // What an interrupt left under way needs the engine as it is.
    await session.settled();
    await session.engines.configure(settings);
  }
}
