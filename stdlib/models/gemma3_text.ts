import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "gemma3_text",
  doc: "Gemma 3 (text): Gemma 2 with normalised queries and keys instead of caps, and five layers with a window for each without.",
  example: 'model helper { base: "google/gemma-3-1b-it", task: text_generation }',
  since: "0.2.0",
  parameters: [],
  capabilities: {
    modelType: "gemma3_text",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma3),
};
