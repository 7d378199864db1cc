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
  name: "llama",
  doc: "LLaMA and models of its shape (LLaMA 2 and 3, SmolLM2, TinyLlama): a decoder with rotary positions, RMS norms, gated inner layers and grouped key-value heads.",
  example: 'model helper { base: "SmolLM2-135M-Instruct", task: text_generation }',
  references: [
    {
      title: "LLaMA: Open and Efficient Foundation Language Models",
      by: "Touvron et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2302.13971",
    },
    {
      title: "Llama 2: Open Foundation and Fine-Tuned Chat Models",
      by: "Touvron et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2307.09288",
    },
    {
      title: "The Llama 3 Herd of Models",
      by: "Grattafiori et al.",
      year: 2024,
      url: "https://arxiv.org/abs/2407.21783",
    },
    {
      title: "SmolLM2: When Smol Goes Big",
      by: "Ben Allal et al.",
      year: 2025,
      url: "https://arxiv.org/abs/2502.02737",
    },
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
    fromScratch: llamaScratchTokenizer,
    checkpoints: [
      makeLlamaLikeCheckpoint("SmolLM2-135M-Instruct", [30, 576, 9, 1536, 49152], {
        shared: 3,
        positions: 8192,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("HuggingFaceTB/SmolLM2-360M-Instruct", [32, 960, 15, 2560, 49152], {
        shared: 5,
        positions: 8192,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("TinyLlama/TinyLlama-1.1B-Chat-v1.0", [22, 2048, 32, 5632, 32000], {
        shared: 4,
        positions: 2048,
      }),
      makeLlamaLikeCheckpoint("meta-llama/Llama-3.2-1B-Instruct", [16, 2048, 32, 8192, 128256], {
        shared: 8,
        positions: 131072,
        tie_word_embeddings: true,
      }),
      makeLlamaLikeCheckpoint("meta-llama/Llama-2-7b-hf", [32, 4096, 32, 11008, 32000], {
        shared: 32,
        positions: 4096,
      }),
      makeLlamaLikeCheckpoint("meta-llama/Llama-3.1-8B", [32, 4096, 32, 14336, 128256], {
        shared: 8,
        positions: 131072,
      }),
    ],
    modelType: "llama",
    className: "Llama",
    ...llamaFamilyCapabilities,
  },
  load: () => import("./llama.run.js").then((m) => m.llama),
});
