import { defineWord } from "#dsl/language/types/define.js";
import { strengthParameter } from "./shared/parameters.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { StrategyImplementation } from "./kind.js";
import { momentState } from "../optimizers/shared/clipping.js";
import { quadraticPenalty } from "./shared/penalty.js";

export const word = defineWord({
  kind: "strategy",
  name: "l2",
  doc: "Penalises the distance of each trained weight from its value before the first `update`: (strength / 2) · Σ (θ − θ₀)² is added to the loss.",
  example: "strategy: l2(strength: 0.1)",
  references: [
    {
      title: "Explicit Inductive Bias for Transfer Learning with Convolutional Networks (L2-SP)",
      by: "Li, Grandvalet and Davoine",
      year: 2018,
      url: "https://arxiv.org/abs/1802.01483",
    },
  ],
  elsewhere: { l2_sp: "l2", l2sp: "l2", L2: "l2", l2_lambda: "strength", alpha: "strength", lambda: "strength" },
  parameters: [
    strengthParameter(
      0.1,
      "Weight of the penalty, relative to the loss of the rows.",
      "All weights are penalised equally; a much larger strength prevents learning new data.",
    ),
  ],
  load: () => Promise.resolve(l2),
});

/** L2 penalty towards the weights before the first `update`: `l2.anchor/<name>`. */
const ANCHOR = "l2.anchor/";

const l2: StrategyImplementation = {
  states: [ANCHOR],
  anchors: [ANCHOR],
  terms: (call) => [quadraticPenalty({ factor: argumentsWithDefaults(word, call).strength, anchor: ANCHOR })],
  consolidate(_call, graph, { parameters, first }) {
    for (const { name, value } of parameters) {
      const anchor = momentState(graph, ANCHOR + name, value);
      graph.update(ANCHOR + name, anchor.add(value.subtract(anchor).multiply(first)));
    }
  },
};
