import type { Word } from "#dsl/registry.js";

export const word: Word = {
  kind: "model",
  name: "t5",
  doc: "T5 and models of its shape (T5 v1.1, Flan-T5): an encoder reads the input, a decoder writes the target; places are told by distances, norms are RMS, there are no biases.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  since: "0.2.0",
  parameters: [],
  capabilities: {
    modelType: "t5",
    targets: ["q", "v"],
    linears: ["q", "k", "v", "o", "wi", "wi_0", "wi_1", "wo"],
    shape: "encoder-decoder",
    /** Tensors of old checkpoints that are no parameters: copies of `shared`, and a bias that cross-attention never had. */
    buffers: /^(encoder|decoder)\.embed_tokens\.weight$|\.EncDecAttention\.relative_attention_bias\.weight$/,
  },
  load: () => import("./t5.run.js").then((m) => m.t5),
};
