import type { Word } from "#dsl/registry.js";

const FLAN = { feed_forward_proj: "gated-gelu", tie_word_embeddings: false };

export const word: Word = {
  kind: "model",
  name: "t5",
  doc: "T5 and models of its shape (T5 v1.1, Flan-T5): an encoder reads the input, a decoder writes the target; places are told by distances, norms are RMS, there are no biases.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  since: "0.2.0",
  references: [
    {
      title: "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
      by: "Raffel et al.",
      year: 2019,
      at: "https://arxiv.org/abs/1910.10683",
    },
    { title: "GLU Variants Improve Transformer", by: "Shazeer", year: 2020, at: "https://arxiv.org/abs/2002.05202" },
    {
      title: "Scaling Instruction-Finetuned Language Models",
      by: "Chung et al.",
      year: 2022,
      at: "https://arxiv.org/abs/2210.11416",
    },
  ],
  parameters: [],
  capabilities: {
    checkpoints: [
      {
        name: "t5-small",
        config: { d_model: 512, d_kv: 64, d_ff: 2048, num_layers: 6, num_heads: 8, vocab_size: 32128 },
      },
      {
        name: "t5-base",
        config: { d_model: 768, d_kv: 64, d_ff: 3072, num_layers: 12, num_heads: 12, vocab_size: 32128 },
      },
      {
        name: "t5-large",
        config: { d_model: 1024, d_kv: 64, d_ff: 4096, num_layers: 24, num_heads: 16, vocab_size: 32128 },
      },
      {
        name: "google/flan-t5-small",
        config: { d_model: 512, d_kv: 64, d_ff: 1024, num_layers: 8, num_heads: 6, vocab_size: 32128, ...FLAN },
      },
      {
        name: "google/flan-t5-base",
        config: { d_model: 768, d_kv: 64, d_ff: 2048, num_layers: 12, num_heads: 12, vocab_size: 32128, ...FLAN },
      },
    ],
    modelType: "t5",
    targets: ["q", "v"],
    linears: ["q", "k", "v", "o", "wi", "wi_0", "wi_1", "wo"],
    shape: "encoder-decoder",
    /** Tensors of old checkpoints that are no parameters: copies of `shared`, and a bias that cross-attention never had. */
    buffers: /^(encoder|decoder)\.embed_tokens\.weight$|\.EncDecAttention\.relative_attention_bias\.weight$/,
  },
  load: () => import("./t5.run.js").then((m) => m.t5),
};
