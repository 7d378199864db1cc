/**
 * A quantized model: a run without training steps. Its base is the folder of quantized weights including the head; its
 * only checkpoint is a copy of the head, so that the run opens, resumes and is listed like any other.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { registry } from "#stdlib/registry.js";
import { saveCheckpoint } from "../../runs/checkpoints.js";
import { writeActivationBounds } from "../../runs/folders/made-folder.js";
import type { UnstampedRunEvent, RunEvent } from "../../events/events.js";
import { claimNewRun } from "../../training/claim-run.js";
import { trainingRowHashesOfStart } from "../../inference/measuring/learnt-overlap.js";
import { engineWorkOf } from "../../engines/engine-work.js";
import { alignBaseHead } from "../../models/own-head.js";
import { collectNewRunFacts, recordTrainingRows, recordRowMarks } from "../../training-runs/start-record.js";
import { prepareTrainingInputs } from "../../training-runs/training-inputs.js";
import { calibrationRows } from "../../training-runs/calibration-rows.js";
import { activationBoundsOf } from "./activation-bounds.js";
import type { CompressionContext, CompressionStageRunner, TrainedModel } from "./contract.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { Call } from "#dsl/language/types/value.js";

export const quantize: CompressionStageRunner = async ({ name, plan }, from, around): Promise<ModelHandle> => {
  const { session, stage } = around;
  const { made } = plan.recipe.model.trained ?? {};
  const call = made ?? mustExist(plan.recipe.compress, "a stage").stage;
  await calibrate(call, from, around);
  const request = { plan, run: { name, resume: false } };
  const material = await prepareTrainingInputs(
    session,
    { plan, name, continues: { labels: from.weights.labels, exemplars: [] } },
    stage,
    false,
  );
  const { base, labels, prepared } = material;
  const engine = await session.engines.engine(engineWorkOf(plan, "inference"));
  const { run, lock } = claimNewRun(
    session.runs,
    name,
    plan,
    await collectNewRunFacts(request, material, engine, stage),
  );
  try {
    const { folder } = stage.hostContext;
    await session.weights.trainedBases.keep(run, plan.recipe.model, base);
    await recordTrainingRows(
      run,
      trainingRowHashesOfStart(plan.recipe.model, base, folder),
      request,
      { prepared },
      stage,
    );
    await recordRowMarks(run, plan, { prepared });
    const open = await session.weights.fresh(run.path, plan, base, labels, folder);
    await alignBaseHead(open.session, plan.recipe.model, base, labels);
    const events: RunEvent[] = [];
    const tell = (happening: UnstampedRunEvent): void => {
      const event = { at: new Date().toISOString(), run: run.id, ...happening };
      run.append(event);
      events.push(event);
    };
    const began = performance.now();
    const { recipeHash: recipe, planHash } = plan;
    tell({ kind: "started", recipe, plan: planHash, engine: engine.info.title, steps: 0 });
    const position = { step: 0, best: null, watched: [], seconds: 0 };
    const checkpoint = await saveCheckpoint(run, open.session, open.states.saved, position);
    tell({ kind: "checkpoint", step: 0, folder: run.checkpoints, best: false });
    tell({ kind: "stopped", step: 0, reason: "done", seconds: (performance.now() - began) / 1000 });
    session.weights.holds(run.path, checkpoint.file);
    const handle = session.models.define(plan.recipe.model, name);
    const settled = Promise.resolve();
    handle.seeds = null;
    handle.weights = {
      plan,
      folder: run.path,
      labels,
      data: prepared.facts,
      checkpoint,
      events,
      settled,
      complete: true,
    };
    session.trackers.again(run.path);
    return handle;
  } finally {
    lock.release();
  }
};

/** Measures the activation bounds for static scales and saves them in the folder of the input model. */
async function calibrate(call: Call, from: TrainedModel, { session, stage }: CompressionContext): Promise<void> {
  const rows = registry.find("quantization", call.word)?.capabilities?.calibrationRows?.(call) ?? null;
  if (rows === null) return;
  const { hostContext, signal } = stage;
  const opened = await session.weights.opened(from, hostContext);
  const taken = await calibrationRows(session, opened, rows, stage);
  const onRows = (done: number, total: number): void =>
    hostContext.onProgress?.({ label: "rows that fix scales", done, total });
  await writeActivationBounds(from.weights.folder, call, await activationBoundsOf(opened, taken, { signal, onRows }));
}
