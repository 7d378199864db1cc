import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "qwen3",
  doc: "Qwen3: Qwen2 without biases, with normalised queries and keys and heads of a size of their own.",
  example: 'model helper { base: "Qwen/Qwen3-0.6B", task: text_generation }',
  since: "0.2.0",
  parameters: [],
  capabilities: {
    modelType: "qwen3",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen3),
};
