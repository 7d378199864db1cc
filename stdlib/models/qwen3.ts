import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  endOfTextScratchTokenizer,
  headSizeParameter,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  keyValueHeadsParameter,
  layersParameter,
  tiedEmbeddingsParameter,
} from "./shared/from-words.js";
import { llamaFamilyCapabilities } from "./shared/kin.js";
import { makeLlamaLikeCheckpoint } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "qwen3",
  doc: "Qwen3: Qwen2 without biases, with normalised queries and keys and an independent head size.",
  example: 'model helper { base: "Qwen/Qwen3-0.6B", task: text_generation }',
  references: [
    { title: "Qwen3 Technical Report", by: "Yang et al.", year: 2025, url: "https://arxiv.org/abs/2505.09388" },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    headSizeParameter,
    keyValueHeadsParameter("half of `heads`", (n) => Math.max(1, n % 2 ? n : n / 2)),
    intermediateSizeParameter(3),
    tiedEmbeddingsParameter,
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: endOfTextScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("Qwen/Qwen3-0.6B", [28, 1024, 16, 3072, 151936], {
        shared: 8,
        positions: 40960,
        head_dim: 128,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("Qwen/Qwen3-1.7B", [28, 2048, 16, 6144, 151936], {
        shared: 8,
        positions: 40960,
        head_dim: 128,
        tie_word_embeddings: true,
      }),
    ],
    modelType: "qwen3",
    className: "Qwen3",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen3),
});
