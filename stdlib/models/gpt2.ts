import type { Word } from "#dsl/registry.js";
import {
  checkHeads,
  elsewhere,
  endOfText,
  heads,
  hidden,
  intermediate,
  layers,
  type FromScratch,
} from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "gpt2",
  doc: "GPT-2 and models of its shape (DistilGPT-2): a decoder with learned absolute positions, normalised before each sub-layer.",
  example: 'model writer { base: "openai-community/gpt2", task: text_generation }',
  since: "0.1.0",
  parameters: [layers, hidden, heads, intermediate(4)],
  elsewhere,
  check: (call, context) => checkHeads(call, context),
  capabilities: {
    scratch: endOfText satisfies FromScratch,
    modelType: "gpt2",
    className: "GPT2",
    targets: ["c_attn"],
    linears: ["c_attn", "c_proj", "c_fc"],
    shape: "decoder",
    /** How its linear layers lie in a checkpoint; absent: as [out, in]. */
    layout: "in_out",
    /** Tensors of a checkpoint that are no parameters: attention's causal masks. */
    buffers: /\.attn\.(bias|masked_bias)$/,
  },
  load: () => import("./gpt2.run.js").then((m) => m.gpt2),
};
