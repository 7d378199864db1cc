/** A trained model that is open, and what its programs are built from. */
import type { Body } from "../../artifacts/folders/merged.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { Base } from "../../core/bases/base.js";
import type { Engine } from "../../engine/engine.js";
import type { Weights } from "../../artifacts/weights.js";
import type { OpenModel } from "./open-model.js";

export interface Opened {
  readonly engine: Engine;
  readonly open: OpenModel;
  readonly weights: Weights;
  readonly body: Body;
  readonly base: Base;
  readonly tokenizer: Tokenizer;
}
