import { defineWord } from "#dsl/language/types/define.js";
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
} from "./shared/from-words.js";
import { llamaKin } from "./shared/kin.js";
import { llamaLike } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "qwen2",
  doc: "Qwen2 and Qwen2.5: LLaMA's shape with biases on query, key and value.",
  example: 'model helper { base: "Qwen/Qwen2.5-0.5B-Instruct", task: text_generation }',
  references: [
    { title: "Qwen2 Technical Report", by: "Yang et al.", year: 2024, at: "https://arxiv.org/abs/2407.10671" },
  ],
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
    scratch: endOfText,
    checkpoints: [
      llamaLike("Qwen/Qwen2.5-0.5B-Instruct", [24, 896, 14, 4864, 151936], {
        shared: 2,
        positions: 32768,
        tie_word_embeddings: true,
      }),
      llamaLike("Qwen/Qwen2.5-1.5B-Instruct", [28, 1536, 12, 8960, 151936], {
        shared: 2,
        positions: 32768,
        tie_word_embeddings: true,
      }),
      llamaLike("Qwen/Qwen2.5-7B-Instruct", [28, 3584, 28, 18944, 152064], { shared: 4, positions: 32768 }),
    ],
    modelType: "qwen2",
    className: "Qwen2",
    ...llamaKin,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen2),
});
