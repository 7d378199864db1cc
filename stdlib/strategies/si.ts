import { defineWord } from "#dsl/language/types/define.js";
import { strengthParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "strategy",
  name: "si",
  doc: "Synaptic intelligence: adds up while it trains by how much each weight's movement lowered the loss, and holds those that did near where they are: strength · Σ Ω (θ − θ*)² is added to the loss. It looks at no row again.",
  example: "strategy: si(strength: 0.1)",
  references: [
    {
      title: "Continual Learning Through Synaptic Intelligence",
      by: "Zenke, Poole and Ganguli",
      year: 2017,
      url: "https://arxiv.org/abs/1703.04200",
    },
  ],
  elsewhere: {
    SynapticIntelligence: "si",
    synaptic_intelligence: "si",
    si_lambda: "strength",
    c: "strength",
    epsilon: "damping",
    eps: "damping",
    xi: "damping",
  },
  parameters: [
    strengthParameter(
      0.1,
      "How much the penalty counts beside the rows' own loss (c in the paper).",
      "The paper's own for images; text takes 0.1 to 1.",
    ),
    {
      name: "damping",
      type: { is: "number" },
      doc: "Added to the square of a weight's movement where its share of the loss is divided by it (ξ in the paper).",
      range: { min: 0, exclusive: true },
      default: { value: 0.1 },
      why: "It keeps weights that hardly moved from being fixed for good.",
      impact: "medium",
    },
  ],
  load: async () => (await import("./si.run.js")).si,
});
