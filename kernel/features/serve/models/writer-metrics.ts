/** What a writer tells of its work, as figures of a model. */
import type { WriterTold } from "../../../inference/generation/contract.js";
import type { Computing } from "../contract.js";

export function tellerOf(model: string, computing: Computing): WriterTold {
  return {
    took: (seconds) => computing.waited(model, seconds),
    step: (texts) => computing.batch(model, texts),
  };
}
