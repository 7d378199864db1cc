import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { OptimizerImplementation } from "./kind.js";
import { adamwVariants, optimizerAdvice } from "../foreign-names/values.js";
import { gradientClipping, momentState } from "./shared/clipping.js";
import { betaParameter, learningRateParameter, checkLearningRate, weightDecayParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "optimizer",
  name: "adamw",
  doc: "Adam with decoupled weight decay, exactly as torch.optim.AdamW.",
  example: "recipe quick { epochs: 3, optimizer: adamw(learning_rate: 1e-3) }",
  elsewhere: {
    ...adamwVariants,
    AdamW: "adamw",
    lr: "learning_rate",
    eps: "epsilon",
    adam_epsilon: "epsilon",
    adam_beta1: "beta1",
    adam_beta2: "beta2",
    adam: "adamw",
  },
  advice: {
    ...optimizerAdvice.advice,
    betas: "write `beta1: 0.9, beta2: 0.999`",
    amsgrad: "remove it: it is not part of Tune",
    fused: "remove it: engines choose their kernels themselves",
  },
  idle: ["fused"],
  parameters: [
    learningRateParameter(1),
    betaParameter("beta1", 0.9, "gradients", "About ten steps of memory smooth a batch's noise."),
    betaParameter("beta2", 0.999, "squared gradients", "A long memory keeps the scale of each weight steady."),
    {
      name: "epsilon",
      type: { is: "number" },
      doc: "Added to the root of the squared gradients' mean.",
      range: { min: 0, max: 1 },
      default: { value: 1e-8 },
      why: "Small enough to matter only where gradients vanish.",
      impact: "low",
    },
    weightDecayParameter(0.01, "PyTorch's own default; fine-tuning is short, so it changes little."),
  ],
  check: checkLearningRate(1),
  load: () => Promise.resolve(adamw),
});

/** AdamW over every trainable parameter; its moments are states (`adam.m/<name>`, `adam.v/<name>`), initially zero. */
const MOMENTS = ["adam.m/", "adam.v/"] as const;

export const adamw: OptimizerImplementation = {
  states: MOMENTS,
  apply(call, graph, trainable, { rate, step, clip }) {
    const { beta1, beta2, epsilon, weight_decay } = argumentsWithDefaults(word, call);
    const settings = { beta1, beta2, epsilon, weight_decay };
    const { norm, scale } = gradientClipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.withPath(name, () => {
        const moments = [
          momentState(graph, MOMENTS[0] + name, value),
          momentState(graph, MOMENTS[1] + name, value),
        ] as const;
        const [parameter, m, v] = graph.apply("adamw", [value, ...moments, gradient, rate, step, ...scale], settings);
        graph.update(name, parameter);
        graph.update(MOMENTS[0] + name, m);
        graph.update(MOMENTS[1] + name, v);
      });
    return { norm };
  },
};
