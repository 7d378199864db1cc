import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  headsParameter,
  hiddenSizeParameter,
  intermediateSizeParameter,
  keyValueHeadsParameter,
  layersParameter,
  llamaScratchTokenizer,
  tiedEmbeddingsParameter,
} from "./shared/from-words.js";
import { llamaFamilyCapabilities } from "./shared/kin.js";
import { makeLlamaLikeCheckpoint } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "mistral",
  doc: "Mistral: LLaMA's shape with attention to a sliding window.",
  example: 'model helper { base: "mistralai/Mistral-7B-v0.1", task: text_generation }',
  references: [{ title: "Mistral 7B", by: "Jiang et al.", year: 2023, url: "https://arxiv.org/abs/2310.06825" }],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    keyValueHeadsParameter("the same as `heads`", (n) => n),
    intermediateSizeParameter(7 / 2, "7/2 × hidden"),
    tiedEmbeddingsParameter,
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: llamaScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("mistralai/Mistral-7B-v0.1", [32, 4096, 32, 14336, 32000], {
        shared: 8,
        positions: 32768,
      }),
    ],
    modelType: "mistral",
    className: "Mistral",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./llama.run.js").then((m) => m.mistral),
});
