import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeads,
  elsewhere,
  heads,
  hidden,
  intermediate,
  keyValueHeads,
  layers,
  llamaSpecials,
  tied,
} from "./shared/from-words.js";
import { llamaKin } from "./shared/kin.js";
import { llamaLike } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "mistral",
  doc: "Mistral: LLaMA's shape with attention to a sliding window.",
  example: 'model helper { base: "mistralai/Mistral-7B-v0.1", task: text_generation }',
  references: [{ title: "Mistral 7B", by: "Jiang et al.", year: 2023, at: "https://arxiv.org/abs/2310.06825" }],
  parameters: [
    layers,
    hidden,
    heads,
    keyValueHeads("as many as heads", (n) => n),
    intermediate(7 / 2, "7/2 × hidden"),
    tied,
  ],
  elsewhere,
  check: (call, context) => checkHeads(call, context, { turned: true }),
  capabilities: {
    scratch: llamaSpecials,
    checkpoints: [
      llamaLike("mistralai/Mistral-7B-v0.1", [32, 4096, 32, 14336, 32000], { shared: 8, positions: 32768 }),
    ],
    modelType: "mistral",
    className: "Mistral",
    ...llamaKin,
  },
  load: () => import("./llama.run.js").then((m) => m.mistral),
});
