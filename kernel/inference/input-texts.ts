/** Runs texts through an open model: encodes them for its task and returns the task's predictions. */
import type { EngineSession } from "../engines/engine.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { BaseModel } from "../bases/base.js";
import type { TextTaskPrediction } from "./prompts.js";
import { predictorOf, type PredictorContext } from "./predictor.js";
import { computeRowLogits } from "./score.js";

/** A model that is open in this or another runtime, with its row encoding. */
export interface OpenModelForPrediction extends PredictorContext {
  /** Its program `evaluate` computes the outputs. */
  readonly session: Pick<EngineSession, "run">;
  readonly base: BaseModel;
}
export interface TextPredictions {
  readonly predictions: readonly TextTaskPrediction[];
  /** Raw outputs: the logits of each input row (a question has one per window of its context), or vectors. */
  readonly numbers: readonly Float32Array[];
}

/**
 * `name` is the model's name in errors. Throws the coded errors `pairs-expected` and those of questions and of
 * encoding.
 */
export async function predictInputTexts(
  texts: readonly PredictionInput[],
  asking: OpenModelForPrediction,
  name: string,
): Promise<TextPredictions> {
  const { answers, padId, read } = await predictorOf(asking, name);
  const { rows, answer } = await read(texts);
  const numbers = await computeRowLogits(asking.session, rows, answers, { batchSize: 32, padId });
  return { predictions: await answer(numbers), numbers };
}
