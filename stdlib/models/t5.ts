import type { Word } from "#dsl/registry.js";
import { elsewhere, headSize, heads, hidden, intermediate, layers, type FromScratch } from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "t5",
  doc: "T5 and models of its shape (T5 v1.1, Flan-T5): an encoder reads the input, a decoder writes the target; places are told by distances, norms are RMS, there are no biases.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  since: "0.2.0",
  parameters: [
    { ...layers, doc: "Blocks of the encoder." },
    {
      name: "decoder_layers",
      type: { is: "number", integer: true },
      doc: "Blocks of the decoder.",
      range: { min: 1, max: 256 },
      default: { derived: "as many as the encoder's", from: (draft) => Number(draft["layers"]) },
      why: "As the family's own models have it.",
      impact: "medium",
    },
    { ...hidden, doc: "Width of the stream of tokens." },
    heads,
    { ...headSize, doc: "Numbers in each head.", range: { min: 1, max: 1024 } },
    intermediate(4),
    {
      name: "gated",
      type: { is: "boolean" },
      doc: "The inner layer is gated (GELU), as in v1.1 and Flan-T5; else it has a ReLU, as in v1.0.",
      default: { value: false },
      why: "The gate learns more for each weight and costs a third matrix.",
      impact: "low",
    },
  ],
  elsewhere: { ...elsewhere, num_decoder_layers: "decoder_layers" },
  capabilities: {
    scratch: {
      tokenizer: "unigram",
      specials: [
        ["<pad>", "pad"],
        ["</s>", "end"],
        ["<unk>", "unknown"],
      ],
      single: "A </s>",
      pair: "A </s> B </s>",
    } satisfies FromScratch,
    modelType: "t5",
    className: "T5",
    targets: ["q", "v"],
    linears: ["q", "k", "v", "o", "wi", "wi_0", "wi_1", "wo"],
    shape: "encoder-decoder",
    /** Tensors of old checkpoints that are no parameters: copies of `shared`, and a bias that cross-attention never had. */
    buffers: /^(encoder|decoder)\.embed_tokens\.weight$|\.EncDecAttention\.relative_attention_bias\.weight$/,
  },
  load: () => import("./t5.run.js").then((m) => m.t5),
};
