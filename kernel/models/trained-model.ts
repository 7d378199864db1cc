/** A trained model. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { ModelHandle } from "./model-handle.js";

/** Waits until the model's weights are complete. Throws the coded error `not-trained`. */
export async function awaitTrainedModel(
  handle: ModelHandle,
): Promise<ModelHandle & { readonly weights: TrainedWeights }> {
  const { name, weights } = handle;
  await weights?.settled;
  if (!weights?.complete) throw new CodedError("not-trained", { model: name });
  return Object.assign(handle, { weights });
}
