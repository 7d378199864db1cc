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
  name: "gemma2",
  doc: "Gemma 2: Gemma with norms around each sub-layer, capped scores and logits, and a window in every other layer.",
  example: 'model helper { base: "google/gemma-2-2b-it", task: text_generation }',
  references: [
    {
      title: "Gemma 2: Improving Open Language Models at a Practical Size",
      by: "Gemma Team",
      year: 2024,
      url: "https://arxiv.org/abs/2408.00118",
    },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    headSizeParameter,
    keyValueHeadsParameter("half of `heads`", (n) => Math.max(1, n % 2 ? n : n / 2)),
    intermediateSizeParameter(4),
    attentionWindowParameter,
  ],
  elsewhere: { ...sizeAliases, sliding_window: "window" },
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: gemmaScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("google/gemma-2-2b-it", [26, 2304, 8, 9216, 256000], {
        shared: 4,
        positions: 8192,
        head_dim: 256,
      }),
      makeLlamaLikeCheckpoint("google/gemma-2-9b-it", [42, 3584, 16, 14336, 256000], {
        shared: 8,
        positions: 8192,
        head_dim: 256,
      }),
    ],
    modelType: "gemma2",
    className: "Gemma2",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma2),
});
