/** The training program of a classifier with the shape of all-MiniLM-L6-v2. */
import { bert } from "#stdlib/models/bert.run.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { carrier, type Carrier, type CarrierOptions } from "./carrier.js";

export const CONFIG = {
  model_type: "bert",
  vocab_size: 30522,
  hidden_size: 384,
  num_hidden_layers: 6,
  num_attention_heads: 12,
  intermediate_size: 1536,
  hidden_act: "gelu",
  max_position_embeddings: 512,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
};

export function minilm(o: CarrierOptions): Carrier {
  const task = { word: "text_classification", implementation: textClassification };
  return carrier({ family: bert, config: CONFIG, task, labels: 6, vocabulary: 30000, targets: ["query", "value"] }, o);
}
