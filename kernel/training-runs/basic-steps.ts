/** The steps of a training in one process without privacy: minibatches, or a single exact fit of the head. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { BaseModel } from "../bases/base.js";
import type { PreparedData } from "../data/prepared.js";
import type { HostContext } from "../host/host-context.js";
import { headLastLayerPath } from "../bases/programs.js";
import { loadImplementation } from "../host/load-implementation.js";
import type { EncodedRows } from "../data/encoding/encoded.js";
import type { EngineSession } from "../engines/engine.js";
import { computeRowLogits } from "../inference/score.js";
import { ExactHeadFitSource } from "../training/exact-fit.js";
import type { TrainingHook } from "../training/loop/hook.js";
import { minibatchPipelineOptions, pipelineSource } from "../training/steps.js";
import type { OpenTraining, TrainingSteps } from "./step-provider.js";
import { validatorFor } from "./validating.js";

/** Minimum batch size for reading rows; nothing is kept of them. */
const READ = 32;

/**
 * Returns the steps after the checkpoint of a resumed training.
 * @param logitsHook makes the hook that reads the logits of each minibatch, or returns null
 */
export async function openTrainingSteps(
  training: Omit<OpenTraining, "run">,
  logitsHook: () => TrainingHook | null,
): Promise<TrainingSteps> {
  const { plan, material, open, wanted, resume } = training;
  const { session } = open;
  const exact = await exactHeadFit(plan, { ...material, session }, training);
  const validate = await validatorFor(wanted, material, open);
  if (exact) return { source: exact, hooks: [], validate };
  const hook = logitsHook();
  const options = minibatchPipelineOptions({ plan, ...material, wantsLogits: hook !== null }, session);
  const source = pipelineSource(options, { plan, ...material }, resume?.position.step ?? 0);
  return { source, hooks: hook ? [hook] : [], validate };
}

/** Returns null if the head is trained by steps. Coded error `exact-fit-refused`. */
async function exactHeadFit(
  { recipe: { model, training, update } }: Plan,
  options: {
    readonly base: BaseModel;
    readonly tokenizer: Tokenizer;
    readonly prepared: PreparedData;
    readonly rows: EncodedRows;
    readonly loader: { epochsDone(step: number): number };
    readonly session: EngineSession;
  },
  {
    hostContext,
    signal,
  }: { readonly hostContext: Pick<HostContext, "onProgress">; readonly signal?: AbortSignal | undefined },
): Promise<ExactHeadFitSource | null> {
  const { technique } = model;
  if ((await loadImplementation(technique, "technique")).exact?.(technique) !== true) return null;
  const { rows, loader, session, prepared, tokenizer } = options;
  if (update)
    throw new CodedError("exact-fit-refused", {
      why: "an exact fit computes the head from rows alone and does not start from another head, so that no strategy could protect it",
      instead: "train the model without `fit: exact`, and update that; or train it again on all data with `mix`",
    });
  if (rows.weights)
    throw new CodedError("exact-fit-refused", {
      why: "an exact fit weighs all rows the same, but the data have weights",
      instead: "remove the role `weight`, or `fit: exact`: then the head is trained by steps",
    });
  const last = await headLastLayerPath(model, options.base.facts.family);
  return new ExactHeadFitSource({
    session,
    rows,
    loader,
    labels: prepared.labels,
    head: { weight: `${last}.weight`, bias: `${last}.bias` },
    read: (path) =>
      computeRowLogits(
        readingBy(session),
        path,
        {},
        {
          batchSize: Math.max(READ, training.batch_size),
          padId: tokenizer.padId,
          ...(signal && { signal }),
          onRows: (done, total) => hostContext.onProgress?.({ label: "texts read for the head", done, total }),
        },
      ),
    ...(signal && { signal }),
  });
}

/**
 * Returns the head's input features under the name `logits`, so that rows are read in the same way as for `evaluate`.
 */
function readingBy(session: Pick<EngineSession, "run">): Pick<EngineSession, "run"> {
  return {
    async run(_program, feeds) {
      const { features } = await session.run("features", feeds, ["features"]);
      return { logits: mustExist(features, "features") };
    },
  };
}
