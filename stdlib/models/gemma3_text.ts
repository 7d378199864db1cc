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
  attentionWindowParameter,
} from "./shared/from-words.js";
import { llamaFamilyCapabilities } from "./shared/kin.js";
import { makeLlamaLikeCheckpoint } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "gemma3_text",
  doc: "Gemma 3 (text): Gemma 2 with normalised queries and keys instead of caps, and five layers with a window for each without.",
  example: 'model helper { base: "google/gemma-3-1b-it", task: text_generation }',
  references: [
    { title: "Gemma 3 Technical Report", by: "Gemma Team", year: 2025, url: "https://arxiv.org/abs/2503.19786" },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    headSizeParameter,
    keyValueHeadsParameter("1: shared by all", () => 1),
    intermediateSizeParameter(6),
    attentionWindowParameter,
  ],
  elsewhere: { ...sizeAliases, sliding_window: "window" },
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: gemmaScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("google/gemma-3-1b-it", [26, 1152, 4, 6912, 262144], {
        shared: 1,
        positions: 32768,
        head_dim: 256,
      }),
    ],
    modelType: "gemma3_text",
    className: "Gemma3",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma3),
});
