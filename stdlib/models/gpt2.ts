import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  endOfTextScratchTokenizer,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  layersParameter,
} from "./shared/from-words.js";

export const word = defineWord({
  kind: "model",
  name: "gpt2",
  doc: "GPT-2 and models of its shape (DistilGPT-2): a decoder with learned absolute positions, normalised before each sub-layer.",
  example: 'model writer { base: "openai-community/gpt2", task: text_generation }',
  references: [
    {
      title: "Language Models are Unsupervised Multitask Learners",
      by: "Radford et al.",
      year: 2019,
      url: "https://openai.com/index/better-language-models/",
    },
  ],
  parameters: [layersParameter, hiddenSizeParameter, headsParameter, intermediateSizeParameter(4)],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context),
  capabilities: {
    fromScratch: endOfTextScratchTokenizer,
    checkpoints: [
      {
        name: "distilbert/distilgpt2",
        config: { n_layer: 6, n_embd: 768, n_head: 12, n_positions: 1024, vocab_size: 50257 },
      },
      {
        name: "openai-community/gpt2",
        config: { n_layer: 12, n_embd: 768, n_head: 12, n_positions: 1024, vocab_size: 50257 },
      },
      {
        name: "openai-community/gpt2-medium",
        config: { n_layer: 24, n_embd: 1024, n_head: 16, n_positions: 1024, vocab_size: 50257 },
      },
      {
        name: "openai-community/gpt2-large",
        config: { n_layer: 36, n_embd: 1280, n_head: 20, n_positions: 1024, vocab_size: 50257 },
      },
      {
        name: "openai-community/gpt2-xl",
        config: { n_layer: 48, n_embd: 1600, n_head: 25, n_positions: 1024, vocab_size: 50257 },
      },
    ],
    modelType: "gpt2",
    className: "GPT2",
    oddHeads: { ForCausalLM: "LMHeadModel" },
    targets: ["c_attn"],
    linears: ["c_attn", "c_proj", "c_fc"],
    shape: "decoder",
    sizeFields: { hidden: ["n_embd"], layers: ["n_layer"], intermediate: ["n_inner"], vocabulary: ["vocab_size"] },
    prunes: {
      heads: { why: "its config has no head size, so that fewer heads would be wider" },
      inner: { field: "n_inner", into: ["mlp.c_fc"], out: "mlp.c_proj" },
    },
    /** Layout of its linear layers in a checkpoint. Defaults to [out, in]. */
    weightLayout: "in_out",
    /** Checkpoint tensors that are not parameters: the causal masks of attention. */
    buffers: /\.attn\.(bias|masked_bias)$/,
  },
  load: () => import("./gpt2.run.js").then((m) => m.gpt2),
});
