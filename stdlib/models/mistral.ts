import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
  headsParameter,
  hiddenParameter,
  intermediateParameter,
  keyValueHeadsParameter,
  layersParameter,
  llamaSpecials,
  tiedParameter,
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
    hiddenParameter,
    headsParameter,
    keyValueHeadsParameter("the same as `heads`", (n) => n),
    intermediateParameter(7 / 2, "7/2 × hidden"),
    tiedParameter,
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: llamaSpecials,
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
