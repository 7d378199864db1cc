import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  gemmaScratchTokenizer,
  headSizeParameter,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  keyValueHeadsParameter,
  layersParameter,
} from "./shared/from-words.js";
import { llamaFamilyCapabilities } from "./shared/kin.js";
import { makeLlamaLikeCheckpoint } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "gemma",
  doc: "Gemma: LLaMA's shape with scaled embeddings, key-value heads shared by all (2B) or none (7B), and a GELU gate, as in PaLM before it.",
  example: 'model helper { base: "google/gemma-2b-it", task: text_generation }',
  references: [
    {
      title: "Gemma: Open Models Based on Gemini Research and Technology",
      by: "Gemma Team",
      year: 2024,
      url: "https://arxiv.org/abs/2403.08295",
    },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    headSizeParameter,
    keyValueHeadsParameter("1: shared by all", () => 1),
    intermediateSizeParameter(8),
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: gemmaScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("google/gemma-2b-it", [18, 2048, 8, 16384, 256000], {
        shared: 1,
        positions: 8192,
        head_dim: 256,
      }),
      makeLlamaLikeCheckpoint("google/gemma-7b-it", [28, 3072, 16, 24576, 256000], {
        shared: 16,
        positions: 8192,
        head_dim: 256,
      }),
    ],
    modelType: "gemma",
    className: "Gemma",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma),
});
