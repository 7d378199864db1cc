import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "gemma2",
  doc: "Gemma 2: Gemma with norms around each sub-layer, capped scores and logits, and a window in every other layer.",
  example: 'model helper { base: "google/gemma-2-2b-it", task: text_generation }',
  since: "0.2.0",
  parameters: [],
  capabilities: {
    modelType: "gemma2",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma2),
};
