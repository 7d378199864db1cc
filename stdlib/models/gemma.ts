import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "gemma",
  doc: "Gemma: LLaMA's shape with scaled embeddings, key-value heads shared by all (2B) or none (7B), and a GELU gate, as in PaLM before it.",
  example: 'model helper { base: "google/gemma-2b-it", task: text_generation }',
  since: "0.1.0",
  parameters: [],
  capabilities: {
    modelType: "gemma",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma),
};
