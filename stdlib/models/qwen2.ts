import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "qwen2",
  doc: "Qwen2 and Qwen2.5: LLaMA's shape with biases on query, key and value.",
  example: 'model helper { base: "Qwen/Qwen2.5-0.5B-Instruct", task: text_generation }',
  since: "0.1.0",
  parameters: [],
  capabilities: {
    modelType: "qwen2",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen2),
};
