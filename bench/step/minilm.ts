/** The training program of a classifier over all-MiniLM-L6-v2's shape, as `train` assembles it; weights are random. */
import type { Program } from "#dsl/graph/program.js";
import type { Call } from "#dsl/plan/plan.js";
import { bert } from "#stdlib/models/bert.run.js";
import { adamw } from "#stdlib/optimizers/adamw.run.js";
import { assemble } from "#stdlib/programs/assemble.js";
import { textClassification } from "#stdlib/tasks/text_classification.run.js";
import { full } from "#stdlib/techniques/full.run.js";
import { lora } from "#stdlib/techniques/lora.run.js";

const CONFIG = {
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
const LABELS = 6;

export function minilm(
  technique: "full" | "lora",
  dropout: number,
): { readonly program: Program; readonly vocabulary: number; readonly labels: number } {
  const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });
  const { train } = assemble({
    family: bert,
    config: bert.config(CONFIG),
    task: { call: call("task", "text_classification"), implementation: textClassification },
    technique: { call: call("technique", technique, { rank: 8 }), implementation: technique === "full" ? full : lora },
    optimizer: { call: call("optimizer", "adamw"), implementation: adamw },
    labels: LABELS,
    dropout,
    clip: null,
    prefixInCheckpoint: false,
    tensors: new Set(),
    seed: 0,
  });
  return { program: train, vocabulary: 30000, labels: LABELS };
}
