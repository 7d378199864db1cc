import type { Word } from "#dsl/registry.js";
import {
  checkHeads,
  elsewhere,
  heads,
  hidden,
  intermediate,
  keyValueHeads,
  layers,
  llamaSpecials,
  tied,
  type FromScratch,
} from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "llama",
  doc: "LLaMA and models of its shape (LLaMA 2 and 3, SmolLM2, TinyLlama): a decoder with rotary positions, RMS norms, gated inner layers and grouped key-value heads.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: text_generation }',
  since: "0.1.0",
  parameters: [
    layers,
    hidden,
    heads,
    keyValueHeads("as many as heads", (n) => n),
    intermediate(8 / 3, "8/3 × hidden"),
    tied,
  ],
  elsewhere,
  check: (call, context) => checkHeads(call, context, { turned: true }),
  capabilities: {
    scratch: llamaSpecials satisfies FromScratch,
    modelType: "llama",
    className: "Llama",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./llama.run.js").then((m) => m.llama),
};
