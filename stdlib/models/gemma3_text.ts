import { defineWord } from "#dsl/language/types/define.js";
import {
  checkHeads,
  elsewhere,
  gemmaSpecials,
  headSize,
  heads,
  hidden,
  intermediate,
  keyValueHeads,
  layers,
  window,
} from "./shared/from-words.js";
import { llamaKin } from "./shared/kin.js";
import { llamaLike } from "./shared/known-checkpoints.js";

export const word = defineWord({
  kind: "model",
  name: "gemma3_text",
  doc: "Gemma 3 (text): Gemma 2 with normalised queries and keys instead of caps, and five layers with a window for each without.",
  example: 'model helper { base: "google/gemma-3-1b-it", task: text_generation }',
  references: [
    { title: "Gemma 3 Technical Report", by: "Gemma Team", year: 2025, at: "https://arxiv.org/abs/2503.19786" },
  ],
  parameters: [layers, hidden, heads, headSize, keyValueHeads("1: shared by all", () => 1), intermediate(6), window],
  elsewhere: { ...elsewhere, sliding_window: "window" },
  check: (call, context) => checkHeads(call, context, { turned: true }),
  capabilities: {
    scratch: gemmaSpecials,
    checkpoints: [
      llamaLike("google/gemma-3-1b-it", [26, 1152, 4, 6912, 262144], { shared: 1, positions: 32768, head_dim: 256 }),
    ],
    modelType: "gemma3_text",
    className: "Gemma3",
    ...llamaKin,
  },
  load: () => import("./gemma.run.js").then((m) => m.gemma3),
});
