/** Assigns the weights of a training to its model at its end, and saves the model in the run. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { makePrivate } from "../fetch/private.js";
import { writeAdapter } from "../runs/folders/adapter-folder.js";
import { diskFullError } from "../runs/folder-errors.js";
import { loadFinalCheckpoint, type FinalCheckpoint } from "../models/kept-checkpoint.js";
import { writeModelFolder } from "../runs/folders/model-folder.js";
import { writeModelCardOfRun, savedFormatOf } from "../runs/history/run-description.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { ModelCache } from "../session/model-cache.js";
import type { TrackerSender } from "../trackers/trackers.js";
import type { RunResult } from "./request.js";
import type { OpenSession } from "../session/open-session.js";
import type { ExecutionContext } from "../session/execution-context.js";
import { loadImplementation } from "../host/load-implementation.js";
import { trackersWantModel } from "./tracker-context.js";

/** Releases the run's lock when nothing writes to the run any more. */
export function releaseRunLock({ trained, lock }: RunResult): void {
  if (trained.reason !== "interrupted") lock.release();
}

/** Parts of the session that are updated at the end of a training. */
interface Session {
  readonly weights: ModelCache;
  readonly trackers: TrackerSender;
  later(work: Promise<unknown>): void;
}

/**
 * Assigns the weights to the handle, those of the best checkpoint if the recipe says so; null if the training was
 * interrupted.
 */
export async function assignWeights(
  session: Session,
  handle: ModelHandle,
  plan: Plan,
  result: RunResult,
): Promise<FinalCheckpoint | null> {
  const { trained, run, lock, open, labels } = result;
  const complete = trained.reason !== "interrupted";
  const {
    session: engine,
    states: { saved },
  } = open;
  const finalWeights = complete
    ? await loadFinalCheckpoint({ run, lock, session: engine, saved, plan, last: trained.last })
    : null;
  const checkpoint = finalWeights?.checkpoint ?? trained.last;
  const events = finalWeights?.damaged ? [...result.events, ...run.events().slice(-1)] : result.events;
  if (complete) session.weights.holds(run.path, checkpoint.file);
  if (complete)
    try {
      if (open.folder.adapter) await writeAdapter(run.adapter, open.session, open.folder.adapter);
      if (open.folder.whole && plan.recipe.model.scratch)
        await writeModelFolder(run.model, open.session, open.folder.whole);
      await writeModelCardOfRun(open.folder.adapter ? run.adapter : run.path, {
        plan,
        run,
        data: result.data,
        base: result.base,
        events,
        checkpoint,
        saved: savedFormatOf(open.folder.adapter),
      });
      makePrivate(run.path);
    } catch (error) {
      throw diskFullError(error, run.path, "training") ?? error;
    }
  const settled = trained.settled.then(
    () => undefined,
    () => undefined,
  );
  handle.weights = { plan, folder: run.path, labels, data: result.data, checkpoint, events, settled, complete };
  session.later(settled);
  if (!complete) session.later(settled.then(() => session.weights.forget(run.path)));
  session.trackers.again(run.path);
  return finalWeights;
}

/** Saves the whole model in its run, if its technique merges or a tracker wants it. */
export async function saveModelFolder(
  session: OpenSession,
  handle: ModelHandle,
  { plan, result }: { readonly plan: Plan; readonly result: RunResult },
  context: ExecutionContext,
): Promise<void> {
  const { technique } = plan.recipe.model;
  if ((await loadImplementation(technique, "technique")).merges?.(technique)) {
    const { folder } = await session.models.merge(handle, result.run.merged, {}, context.hostContext);
    context.screen.display({ bundle: { "text/plain": `the merged model is in ${folder}` } });
    session.trackers.again(result.run.path);
  } else if (!result.open.folder.adapter && !plan.recipe.model.scratch && (await trackersWantModel(context))) {
    await session.models.save(handle, result.run.merged, {}, context.hostContext);
    session.trackers.again(result.run.path);
  }
  makePrivate(result.run.path);
}
