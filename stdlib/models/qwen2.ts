import type { Word } from "#dsl/registry.js";
import {
  checkHeads,
  elsewhere,
  endOfText,
  heads,
  hidden,
  intermediate,
  keyValueHeads,
  layers,
  tied,
  type FromScratch,
} from "./from-words.js";

export const word: Word = {
  kind: "model",
  name: "qwen2",
  doc: "Qwen2 and Qwen2.5: LLaMA's shape with biases on query, key and value.",
  example: 'model helper { base: "Qwen/Qwen2.5-0.5B-Instruct", task: text_generation }',
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
    scratch: endOfText satisfies FromScratch,
    modelType: "qwen2",
    className: "Qwen2",
    targets: ["q_proj", "v_proj"],
    linears: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    shape: "decoder",
    /** Tensors of a checkpoint that are no parameters: the frequencies of rope that old files carry. */
    buffers: /\.rotary_emb\.inv_freq$/,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen2),
};
