/** A trained model that is open, and what its programs are built from. */
import type { Body } from "../runs/folders/merged.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { Base } from "../bases/base.js";
import type { Engine } from "../engines/engine.js";
import type { Weights } from "../runs/weights.js";
import type { OpenModel } from "./open-model.js";

export interface Opened {
  readonly engine: Engine;
  readonly open: OpenModel;
  readonly weights: Weights;
  readonly body: Body;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
}
