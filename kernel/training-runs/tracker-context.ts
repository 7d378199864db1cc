/**
 * What trackers receive about the experiment of a training, a sweep or an evaluation, and where the user sees their
 * replies.
 */
import { basename, join } from "node:path";
import type { ExperimentSettings } from "#dsl/compiler/plan/action.js";
import { html, note } from "../display/html.js";
import { displayOutputOf } from "../display/bundle.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { TrialOfRun } from "../runs/together/trials.js";
import type { TrackedRunContext, TrackerSender } from "../trackers/trackers.js";
import type { OutputScreen } from "../session/live-training.js";

/** Parts of a session and an execution context that trackers need. */
interface Session {
  readonly runs: string;
  readonly trackers: TrackerSender;
}
export interface TrackingContext {
  readonly experiment?: ExperimentSettings;
  readonly hostContext: { readonly folder: string };
  readonly screen: OutputScreen;
  readonly sources: readonly { readonly path?: string }[];
}

/** Returns null if no experiment was declared. */
export function trackerContextOf(stage: TrackingContext, parent?: string): TrackedRunContext | null {
  const { experiment, hostContext, screen } = stage;
  if (!experiment) return null;
  return {
    experiment,
    home: hostContext.folder,
    source: sourceOf(stage),
    ...(parent !== undefined && { parent }),
    say: (text) => screen.display(displayOutputOf(text, html`${note(text)}`)),
  };
}

/** Jupyter tells kernels the path of their notebook. */
function sourceOf({ sources }: TrackingContext): string | null {
  const notebook = process.env["JPY_SESSION_NAME"];
  const path = sources.at(-1)?.path ?? (notebook === "" ? undefined : notebook);
  return path === undefined ? null : basename(path);
}

export function reportRunStartToTrackers(
  session: Session,
  run: string,
  stage: TrackingContext,
  trial: TrialOfRun | undefined,
): void {
  const parent = trial && !trial.seeds ? join(session.runs, "sweeps", trial.journal) : undefined;
  const context = trackerContextOf(stage, parent);
  if (context) session.trackers.began(run, context);
}

/** Reports whether a tracker wants the trained model's folder. */
export async function trackersWantModel({ experiment }: TrackingContext): Promise<boolean> {
  const trackers = experiment?.trackers ?? [];
  const wants = await Promise.all(
    trackers.map(async (call) => (await loadImplementation(call, "tracker")).takesModel(call)),
  );
  return wants.includes(true);
}

/** Reports that scores were stored with a run; the run may be older than the experiment. */
export function reportScoresToTrackers(session: Session, run: string | undefined, stage: TrackingContext): void {
  const context = trackerContextOf(stage);
  if (context && run !== undefined) session.trackers.began(run, context);
}
