/** Reports a sweep to trackers; writes nothing if there are none. */
import type { SweepPlan } from "#dsl/compiler/plan/sweep/sweep-plan.js";
import type { TrialRecord } from "../study/trial.js";
import { SweepEventWriter, writeSweepDescription } from "../trackers/sweep-tracking.js";
import type { TrackerSender } from "../trackers/trackers.js";
import { trackerContextOf, type TrackingContext } from "../training-runs/tracker-context.js";

export interface SweepTrackingListener {
  changed(ended: readonly TrialRecord[]): void;
  ended(as: "finished" | "failed" | "killed"): void;
}
interface Of {
  /** Folder of the sweep's lock, next to the journal. */
  readonly folder: string;
  readonly name: string;
  readonly sweep: SweepPlan;
  readonly goal: { readonly metric: string; readonly direction: "maximize" | "minimize" };
}
const NOBODY: SweepTrackingListener = { changed: () => undefined, ended: () => undefined };

export function trackSweep(
  { trackers }: { readonly trackers: TrackerSender },
  { folder, name, sweep, goal }: Of,
  stage: TrackingContext,
): SweepTrackingListener {
  const context = trackerContextOf(stage);
  if (!context || context.experiment.trackers.length === 0) return NOBODY;
  try {
    writeSweepDescription(folder, name, sweep);
    const log = new SweepEventWriter(folder, goal);
    trackers.began(folder, context);
    return {
      changed: (ended) => quietly(() => log.trials(ended) && trackers.happened(folder)),
      ended: (as) => quietly(() => (log.ended(as), trackers.happened(folder, { soon: true }))),
    };
  } catch (error) {
    context.say(`No tracker records this sweep: ${(error as Error).message}.`);
    return NOBODY;
  }
}

/** A full disk ends the trials themselves, with an error. */
function quietly(does: () => unknown): void {
  try {
    does();
  } catch {
    // reported where it matters
  }
}
