import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "cohere",
  doc: "Cohere's Command R: PaLM's parallel block (attention and a gated inner layer read one norm, side by side), scaled logits.",
  example: 'model helper { base: "CohereForAI/c4ai-command-r-v01", task: text_generation }',
  since: "0.1.0",
  parameters: [],
  capabilities: {
    modelType: "cohere",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./cohere.run.js").then((m) => m.cohere),
};
