/** Whose the weights of a training are when it ended. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { closeToOthers } from "../fetch/private.js";
import { writeAdapter } from "../runs/folders/adapter-folder.js";
import { full } from "../runs/folder-errors.js";
import { loadKept, type Kept } from "../models/kept-checkpoint.js";
import { writeModelFolder } from "../runs/folders/model-folder.js";
import { describeIn, savedAs } from "../runs/history/run-description.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { WeightRoom } from "../session/model-cache.js";
import type { Trackers } from "../trackers/trackers.js";
import type { RunResult } from "./request.js";

/** Gives the run's lock back, where nothing writes any more. */
export function giveBack({ trained, lock }: RunResult): void {
  if (trained.reason !== "interrupted") lock.release();
}

/** What of a session the end of a training is told to. */
interface Session {
  readonly weights: WeightRoom;
  readonly trackers: Trackers;
  later(work: Promise<unknown>): void;
}

/** Gives the handle its weights, the best checkpoint's where the recipe says so; null: it was interrupted. */
export async function giveWeights(
  session: Session,
  handle: ModelHandle,
  plan: Plan,
  result: RunResult,
): Promise<Kept | null> {
  const { trained, run, lock, open, labels } = result;
  const complete = trained.reason !== "interrupted";
  const { session: engine, saved } = open;
  const kept = complete ? await loadKept({ run, lock, session: engine, saved, plan, last: trained.last }) : null;
  const checkpoint = kept?.checkpoint ?? trained.last;
  const events = kept?.damaged ? [...result.events, ...run.events().slice(-1)] : result.events;
  if (complete) session.weights.holds(run.path, checkpoint.file);
  if (complete)
    try {
      if (open.adapter) await writeAdapter(run.adapter, open.session, open.adapter);
      if (open.whole && plan.recipe.model.scratch) await writeModelFolder(run.model, open.session, open.whole);
      await describeIn(open.adapter ? run.adapter : run.path, {
        plan,
        run,
        data: result.data,
        base: result.base,
        events,
        checkpoint,
        saved: savedAs(open.adapter),
      });
      closeToOthers(run.path);
    } catch (error) {
      throw full(error, run.path, "training") ?? error;
    }
  const settled = trained.settled.then(
    () => undefined,
    () => undefined,
  );
  handle.weights = { plan, folder: run.path, labels, data: result.data, checkpoint, events, settled, complete };
  session.later(settled);
  if (!complete) session.later(settled.then(() => session.weights.forget(run.path)));
  session.trackers.again(run.path);
  return kept;
}
