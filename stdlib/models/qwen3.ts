import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeads,
  elsewhere,
  endOfText,
  headSize,
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
  name: "qwen3",
  doc: "Qwen3: Qwen2 without biases, with normalised queries and keys and heads of a size of their own.",
  example: 'model helper { base: "Qwen/Qwen3-0.6B", task: text_generation }',
  references: [
    { title: "Qwen3 Technical Report", by: "Yang et al.", year: 2025, at: "https://arxiv.org/abs/2505.09388" },
  ],
  parameters: [
    layers,
    hidden,
    heads,
    headSize,
    keyValueHeads("half as many as heads", (n) => Math.max(1, n % 2 ? n : n / 2)),
    intermediate(3),
    tied,
  ],
  elsewhere,
  check: (call, context) => checkHeads(call, context, { turned: true }),
  capabilities: {
    scratch: endOfText,
    checkpoints: [
      llamaLike("Qwen/Qwen3-0.6B", [28, 1024, 16, 3072, 151936], {
        shared: 8,
        positions: 40960,
        head_dim: 128,
        tie_word_embeddings: true,
      }),
      llamaLike("Qwen/Qwen3-1.7B", [28, 2048, 16, 6144, 151936], {
        shared: 8,
        positions: 40960,
        head_dim: 128,
        tie_word_embeddings: true,
      }),
    ],
    modelType: "qwen3",
    className: "Qwen3",
    ...llamaKin,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen3),
});
