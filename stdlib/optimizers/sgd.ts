import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { OptimizerImplementation } from "./kind.js";
import { gradientClipping, momentState } from "./shared/clipping.js";
import { learningRateParameter, checkLearningRate, weightDecayParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "optimizer",
  name: "sgd",
  doc: "Stochastic gradient descent with momentum, exactly as torch.optim.SGD without dampening.",
  example: "recipe plain { optimizer: sgd(learning_rate: 0.01, momentum: 0.9) }",
  elsewhere: { lr: "learning_rate" },
  parameters: [
    learningRateParameter(100),
    {
      name: "momentum",
      type: { is: "number" },
      doc: "Share of the last step's velocity to keep; 0 keeps none and needs no additional memory.",
      range: { min: 0, max: 0.999999 },
      default: { value: 0.9 },
      why: "About ten steps of memory carry the descent through a batch's noise.",
      impact: "medium",
      related: ["learning_rate", "nesterov"],
    },
    {
      name: "nesterov",
      type: { is: "boolean" },
      doc: "Whether to add the gradient's step after the velocity's.",
      default: { value: false },
      why: "PyTorch's own default.",
      impact: "low",
      related: ["momentum"],
    },
    weightDecayParameter(0, "PyTorch's own default. It is added to the gradient, not taken from the weight by itself."),
  ],
  check(call, context) {
    if (call.arguments.nesterov && call.arguments.momentum === 0)
      context.report("nesterov-without-momentum", {}, "nesterov");
    checkLearningRate(100)(call, context);
  },
  load: () => Promise.resolve(sgd),
});

/**
 * SGD over every trainable parameter; with momentum, the velocity is a state (`sgd.velocity/<name>`), initially zero.
 */
const VELOCITY = "sgd.velocity/";

export const sgd: OptimizerImplementation = {
  states: [VELOCITY],
  apply(call, graph, trainable, { rate, clip }) {
    const { momentum, nesterov, weight_decay } = argumentsWithDefaults(word, call);
    const settings = { momentum, nesterov: momentum > 0 && nesterov, weight_decay };
    const { norm, scale } = gradientClipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.withPath(name, () => {
        const moments = momentum > 0 ? [momentState(graph, VELOCITY + name, value)] : [];
        const [parameter, velocity] = graph.apply("sgd", [value, ...moments, gradient, rate, ...scale], settings);
        graph.update(name, parameter);
        if (velocity) graph.update(VELOCITY + name, velocity);
      });
    return { norm };
  },
};
