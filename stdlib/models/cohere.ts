import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeadCounts,
  sizeAliases,
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
  name: "cohere",
  doc: "Cohere's Command R: PaLM's parallel block (attention and a gated inner layer read one norm, side by side), scaled logits.",
  example: 'model helper { base: "CohereForAI/c4ai-command-r-v01", task: text_generation }',
  references: [
    {
      title: "PaLM: Scaling Language Modeling with Pathways",
      by: "Chowdhery et al.",
      year: 2022,
      url: "https://arxiv.org/abs/2204.02311",
    },
  ],
  parameters: [
    layersParameter,
    hiddenSizeParameter,
    headsParameter,
    keyValueHeadsParameter("the same as `heads`", (n) => n),
    intermediateSizeParameter(11 / 4, "11/4 × hidden"),
  ],
  elsewhere: sizeAliases,
  check: (call, context) => checkHeadCounts(call, context, { turned: true }),
  capabilities: {
    fromScratch: {
      tokenizer: "bpe",
      specialTokens: [
        ["<PAD>", "pad"],
        ["<UNK>", "unknown"],
        ["<BOS_TOKEN>", "begin"],
        ["<EOS_TOKEN>", "end"],
      ],
      singleTemplate: "<BOS_TOKEN> A",
      pairTemplate: "<BOS_TOKEN> A <BOS_TOKEN> B",
    },
    checkpoints: [
      makeLlamaLikeCheckpoint("CohereForAI/c4ai-command-r-v01", [40, 8192, 64, 22528, 256000], {
        shared: 64,
        positions: 8192,
      }),
    ],
    modelType: "cohere",
    className: "Cohere",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./cohere.run.js").then((m) => m.cohere),
});
