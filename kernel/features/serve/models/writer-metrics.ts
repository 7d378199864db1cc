/** Adds a writer's work to a model's counters. */
import type { WriterReporter } from "../../../inference/generation/contract.js";
import type { ComputeListener } from "../contract.js";

export function writerListenerOf(model: string, computing: ComputeListener): WriterReporter {
  return {
    took: (seconds) => computing.waited(model, seconds),
    step: (texts) => computing.batch(model, texts),
  };
}
