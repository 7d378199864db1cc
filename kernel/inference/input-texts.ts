/** Texts asked of an open model: encoded as its task reads them, and its answers in the task's words. */
import type { EngineSession } from "../engines/engine.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { Base } from "../bases/base.js";
import type { ReadTextPrediction } from "./prediction.js";
import { predictorOf, type PredictorInput } from "./predictor.js";
import { computeRowLogits } from "./score.js";

/** A model that is open, here or in another runtime, and what its rows are read by. */
export interface OpenPredictor extends PredictorInput {
  /** Its program `evaluate` answers. */
  readonly session: Pick<EngineSession, "run">;
  readonly base: Base;
}
export interface TextPredictions {
  readonly predictions: readonly ReadTextPrediction[];
  /** What they follow from: the logits of each row that was fed (a question has one for each window of its context), or vectors. */
  readonly numbers: readonly Float32Array[];
}

/** `name`: the model's, for errors. Coded errors: `pairs-expected`, and those of questions and of encoding. */
export async function predictInputTexts(
  texts: readonly PredictionInput[],
  asking: OpenPredictor,
  name: string,
): Promise<TextPredictions> {
  const { answers, padId, read } = await predictorOf(asking, name);
  const { rows, answer } = await read(texts);
  const numbers = await computeRowLogits(asking.session, rows, answers, { batchSize: 32, padId });
  return { predictions: await answer(numbers), numbers };
}
