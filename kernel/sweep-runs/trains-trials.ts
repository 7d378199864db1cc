/** Who trains a sweep's trials: the notebook's own engine, or workers that its runner starts. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "#dsl/compiler/plan/action.js";
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { workerRunner, type Place } from "#stdlib/runners/kind.js";
import type { AtOnce } from "./at-once.js";
import { does } from "../host/load-implementation.js";
import { shipmentOf, type Ships, type ShipsFrom } from "../remote/jobs/ship.js";
import { writeShipment } from "../remote/jobs/shipment.js";
import type { Inside } from "../remote/coordinator/work-methods.js";
import type { TrialOf } from "../runs/together/trials.js";
import type { Trackers } from "../trackers/trackers.js";
import { tellBegun, type ToldFrom } from "../training-runs/tracker-context.js";
import { version } from "../session/version.js";
import type { AroundSweep, Elsewhere } from "./remote-trials.js";
import type { RunsTrial } from "./trial-work.js";

export interface TrainsTrials {
  readonly runTrial: RunsTrial;
  /** No trial is open any more. */
  end(): Promise<void>;
}
export interface Around extends AroundSweep {
  readonly session: AroundSweep["session"] & Ships & { readonly trackers: Trackers };
  readonly stage: AroundSweep["stage"] & ShipsFrom & ToldFrom & { readonly inside?: Inside };
}
export interface SweptBy {
  /** Trains a trial on the notebook's own engine. */
  readonly here: RunsTrial;
  readonly plansOf: Elsewhere["plansOf"];
  readonly action: Extract<Action, { verb: "sweep" }>;
  readonly open: AtOnce;
  /** Name of its journal. */
  readonly journal: string;
  readonly onNote: (words: string) => void;
  /** Where its runner's workers would be; null: on this machine. */
  readonly where: Place | null;
}

/** Where the workers of a sweep's runner would be; null: on this machine, or it has none. Coded errors of clusters. */
export async function placeOf({ runner }: SweepPlan, inside?: Inside): Promise<Place | null> {
  if (!runner) return null;
  const [{ waysOf }, implementation] = await Promise.all([
    import("../remote/coordinator/work-methods.js"),
    does(runner, "runner"),
  ]);
  const { look } = workerRunner(implementation);
  return (await look?.(runner, waysOf(inside)({ url: "", token: "", name: "", place: 0 }))) ?? null;
}

/** Coded error `not-shippable`, where a runner's workers can't be told of it. */
export async function trainsTrials(around: Around, o: SweptBy): Promise<TrainsTrials> {
  const { runner } = o.action.sweep;
  if (!runner) return { runTrial: o.here, end: () => Promise.resolve() };
  const { session, stage } = around;
  const what = `\`sweep … { runner: ${runner.word}(…) }\``;
  const shipped = shipmentOf(session, o.action, stage, { what, version });
  // Whoever has the sweep's lock has this folder: what a killed one left is taken away.
  const work = join(session.runs, "sweeps", `.${o.journal}`);
  rmSync(work, { recursive: true, force: true });
  const folder = join(work, "shipped");
  writeShipment(folder, shipped);
  const [{ Coordinator }, { Workers }, { waysOf }, { trialsElsewhere }, implementation] = await Promise.all([
    import("../remote/coordinator/coordinator.js"),
    import("../remote/coordinator/workers.js"),
    import("../remote/coordinator/work-methods.js"),
    import("./remote-trials.js"),
    does(runner, "runner"),
  ]);
  const { onNote, where } = o;
  const { trials: count, threads = 1 } = o.open;
  const coordinator = await Coordinator.open({
    version,
    onNote,
    scratch: join(work, "arriving"),
    expected: count,
    ...(where && { host: where.host }),
  });
  const tells = {
    began: (run: string, trial: TrialOf) => tellBegun(session, run, stage, trial),
    happened: (run: string) => session.trackers.happened(run),
  };
  const ways = waysOf(stage.inside);
  const workers = new Workers({
    call: runner,
    runner: workerRunner(implementation),
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
      plansOf: o.plansOf,
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
