import { defineWord } from "#dsl/language/types/define.js";
import { growStackedTechnique } from "./shared/stacked-parts.js";
import { ranksParameter, strengthParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "strategy",
  name: "o_lora",
  doc: "Orthogonal LoRA: each data set gets ranks of its own beside those of earlier data, which stay bit by bit as they are, and learns in directions that these don't use: strength · Σ |A Aᵢᵀ| over all earlier Aᵢ is added to the loss. The adapter grows by `rank` with each data set. The head trains on. It keeps no row.",
  example: "strategy: o_lora(strength: 0.5)",
  references: [
    {
      title: "Orthogonal Subspace Learning for Language Model Continual Learning",
      by: "Wang et al.",
      year: 2023,
      url: "https://arxiv.org/abs/2310.14152",
    },
  ],
  elsewhere: {
    olora: "o_lora",
    O_LoRA: "o_lora",
    OLoRA: "o_lora",
    orthogonal_lora: "o_lora",
    lambda: "strength",
    lamda_1: "strength",
    lambda_1: "strength",
    lora_r: "rank",
    r: "rank",
  },
  parameters: [
    strengthParameter(
      0.5,
      "How much overlap with the directions of earlier data counts beside the rows' own loss (λ₁).",
      "The authors' own. Their program sums absolute values where the paper writes squares: near zero, where the overlap is to be, squares hardly push.",
    ),
    ranksParameter,
  ],
  capabilities: { grows: growStackedTechnique },
  load: async () => (await import("./o_lora.run.js")).oLora,
});
