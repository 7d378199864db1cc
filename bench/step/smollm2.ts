/** The training program with the shape of SmolLM2-135M for next-token prediction. */
import { llama } from "#stdlib/models/llama.run.js";
import { textGeneration } from "#stdlib/tasks/text_generation.run.js";
import { carrier, type Carrier, type CarrierOptions } from "./carrier.js";

export const CONFIG = {
  model_type: "llama",
  vocab_size: 49152,
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  tie_word_embeddings: true,
  max_position_embeddings: 2048,
};

export function smollm2(o: CarrierOptions): Carrier {
  const task = { word: "text_generation", implementation: textGeneration };
  const targets = ["q_proj", "v_proj"];
  return carrier({ family: llama, config: CONFIG, task, labels: 0, vocabulary: CONFIG.vocab_size, targets }, o);
}
