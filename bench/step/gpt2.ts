/** The training program of GPT-2 small (defaults of transformers' GPT2Config) for next-token prediction. */
import { gpt2 as family } from "#stdlib/models/gpt2.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { carrier, type Carrier, type CarrierOptions } from "./carrier.js";

export const CONFIG = {
  model_type: "gpt2",
  vocab_size: 50257,
  n_positions: 1024,
  n_embd: 768,
  n_layer: 12,
  n_head: 12,
};

export function gpt2(o: CarrierOptions): Carrier {
  const task = { word: "text_generation", implementation: textGeneration };
  return carrier({ family, config: CONFIG, task, labels: 0, vocabulary: CONFIG.vocab_size, targets: ["c_attn"] }, o);
}
