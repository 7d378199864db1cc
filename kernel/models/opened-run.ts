/** A trained model that is open, and the parts of its programs. */
import type { ModelAssemblyOptions } from "../runs/folders/merged.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { BaseModel } from "../bases/base.js";
import type { Engine } from "../engines/engine.js";
import type { TrainedWeights } from "../runs/weights.js";
import type { OpenModel } from "./open-model.js";

export interface OpenedRun {
  readonly engine: Engine;
  readonly open: OpenModel;
  readonly weights: TrainedWeights;
  readonly body: ModelAssemblyOptions;
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
}
