import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { OptimizerImplementation } from "./kind.js";
import { lionVariants } from "../foreign-names/values.js";
import { gradientClipping, momentState } from "./shared/clipping.js";
import { betaParameter, learningRateParameter, checkLearningRate, weightDecayParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "optimizer",
  name: "lion",
  doc: "Lion: steps of the same size along the sign of the gradients' mean; stores one moment instead of AdamW's two.",
  example: "recipe quick { optimizer: lion(learning_rate: 3e-5) }",
  elsewhere: { ...lionVariants, lr: "learning_rate" },
  parameters: [
    learningRateParameter(0.3),
    betaParameter(
      "beta1",
      0.9,
      "gradients in the step's direction",
      "The authors' own: the direction follows the last ten steps.",
    ),
    betaParameter("beta2", 0.99, "gradients that is remembered", "The authors' own: memory outlives the direction."),
    weightDecayParameter(
      0,
      "Steps are larger than AdamW's for the same rate, so a decay must be chosen with the rate.",
    ),
  ],
  check: checkLearningRate(0.3),
  load: () => Promise.resolve(lion),
});

/** Lion over every trainable parameter; its one moment is a state (`lion.m/<name>`), initially zero. */
const MOMENT = "lion.m/";

const lion: OptimizerImplementation = {
  states: [MOMENT],
  apply(call, graph, trainable, { rate, clip }) {
    const { beta1, beta2, weight_decay } = argumentsWithDefaults(word, call);
    const settings = { beta1, beta2, weight_decay };
    const { norm, scale } = gradientClipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.withPath(name, () => {
        const inputs = [value, momentState(graph, MOMENT + name, value), gradient, rate, ...scale] as const;
        const [parameter, m] = graph.apply("lion", inputs, settings);
        graph.update(name, parameter);
        graph.update(MOMENT + name, m);
      });
    return { norm };
  },
};
