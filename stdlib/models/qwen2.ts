import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  endOfTextScratchTokenizer,
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
  name: "qwen2",
  doc: "Qwen2 and Qwen2.5: LLaMA's shape with biases on query, key and value.",
  example: 'model helper { base: "Qwen/Qwen2.5-0.5B-Instruct", task: text_generation }',
  references: [
    { title: "Qwen2 Technical Report", by: "Yang et al.", year: 2024, url: "https://arxiv.org/abs/2407.10671" },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    keyValueHeadsParameter("the same as `heads`", (n) => n),
    intermediateSizeParameter(8 / 3, "8/3 × hidden"),
    tiedEmbeddingsParameter,
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: endOfTextScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("Qwen/Qwen2.5-0.5B-Instruct", [24, 896, 14, 4864, 151936], {
        shared: 2,
        positions: 32768,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("Qwen/Qwen2.5-1.5B-Instruct", [28, 1536, 12, 8960, 151936], {
        shared: 2,
        positions: 32768,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("Qwen/Qwen2.5-7B-Instruct", [28, 3584, 28, 18944, 152064], {
        shared: 4,
        positions: 32768,
      }),
    ],
    modelType: "qwen2",
    className: "Qwen2",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./llama.run.js").then((m) => m.qwen2),
});
