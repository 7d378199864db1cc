import { defineWord } from "#dsl/language/types/define.js";
import {
  sizeAliases,
  headSizeParameter,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  layersParameter,
} from "./shared/from-words.js";

const FLAN = { feed_forward_proj: "gated-gelu", tie_word_embeddings: false };

export const word = defineWord({
  kind: "model",
  name: "t5",
  doc: "T5 and models of its architecture (T5 v1.1, Flan-T5): an encoder reads the input, a decoder generates the target; positions are relative, norms are RMS, there are no biases.",
  example: 'model fr { base: "t5-small", task: translation(prefix: "translate English to French: ") }',
  references: [
    {
      title: "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
      by: "Raffel et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1910.10683",
    },
    { title: "GLU Variants Improve Transformer", by: "Shazeer", year: 2020, url: "https://arxiv.org/abs/2002.05202" },
    {
      title: "Scaling Instruction-Finetuned Language Models",
      by: "Chung et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2210.11416",
    },
  ],
  parameters: [
    { ...layersParameter, doc: "Blocks of the encoder." },
    {
      name: "decoder_layers",
      type: { is: "number", integer: true },
      doc: "Blocks of the decoder.",
      range: { min: 1, max: 256 },
      default: { derived: "the same as in the encoder", from: (draft) => Number(draft["layers"]) },
      why: "As the family's own models have it.",
      impact: "medium",
    },
    { ...hiddenSizeParameter, doc: "Width of the stream of tokens." },
    headsParameter,
    { ...headSizeParameter, doc: "Numbers in each head.", range: { min: 1, max: 1024 } },
    intermediateSizeParameter(4),
    {
      name: "gated",
      type: { is: "boolean" },
      doc: "The inner layer is gated (GELU), as in v1.1 and Flan-T5; otherwise it has a ReLU, as in v1.0. The gate learns more per weight and needs a third matrix.",
      default: { value: false },
      why: "Two matrices are cheaper than three, as in T5 v1.0.",
      impact: "low",
    },
  ],
  elsewhere: { ...sizeAliases, num_decoder_layers: "decoder_layers" },
  capabilities: {
    prunes: {
      heads: { why: "all its blocks share the position bias of one of them, head by head" },
      inner: {
        field: "d_ff",
        into: ["DenseReluDense.wi", "DenseReluDense.wi_0", "DenseReluDense.wi_1"],
        out: "DenseReluDense.wo",
      },
    },
    fromScratch: {
      tokenizer: "unigram",
      specialTokens: [
        ["<pad>", "pad"],
        ["</s>", "end"],
        ["<unk>", "unknown"],
      ],
      singleTemplate: "A </s>",
      pairTemplate: "A </s> B </s>",
    },
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
    className: "T5",
    targets: ["q", "v"],
    linears: ["q", "k", "v", "o", "wi", "wi_0", "wi_1", "wo"],
    shape: "encoder-decoder",
    sizeFields: { hidden: ["d_model"], layers: [], intermediate: ["d_ff"], vocabulary: ["vocab_size"] },
    encoderDecoder: {
      encoder: ["num_layers"],
      decoder: ["num_decoder_layers"],
      /**
       * Input tokens pass the encoder's matrices, and the decoder's key and value matrices over the encoder output.
       */
      meets(path, shapes) {
        if (/relative_attention_bias/.test(path)) return null;
        if (/^encoder\.|\.EncDecAttention\.[kv]\./.test(path)) return "read";
        return path === "shared.weight" && Object.hasOwn(shapes, "lm_head.weight") ? null : "written";
      },
    },
    gateLayer: /\.wi_1\./,
    /**
     * Tensors of old checkpoints that are not parameters: copies of `shared`, and a bias that cross-attention never
     * uses.
     */
    buffers: /^(encoder|decoder)\.embed_tokens\.weight$|\.EncDecAttention\.relative_attention_bias\.weight$/,
  },
  load: () => import("./t5.run.js").then((m) => m.t5),
});
