import { defineWord } from "#dsl/language/types/define.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { OptimizerImplementation } from "./kind.js";
import { gradientClipping, momentState } from "./shared/clipping.js";
import { learningRateParameter, checkLearningRate, weightDecayParameter } from "./shared/parameters.js";

export const word = defineWord({
  kind: "optimizer",
  name: "adafactor",
  doc: "Adafactor with the recipe's learning rate: stores a row and a column of moments instead of AdamW's two full matrices. Equals transformers' Adafactor with `scale_parameter` and `relative_step` off.",
  example: "recipe lean { optimizer: adafactor(learning_rate: 1e-4) }",
  elsewhere: { lr: "learning_rate", clip_threshold: "threshold", decay_rate: "decay", eps: "epsilon" },
  parameters: [
    learningRateParameter(1),
    {
      name: "decay",
      type: { is: "number" },
      doc: "Step t mixes its squared gradients into the running means with weight t^−decay.",
      range: { min: 0, max: 1, exclusive: true },
      default: { value: 0.8 },
      why: "The authors' own: memory grows with the steps, and needs no correction at first.",
      impact: "low",
    },
    {
      name: "epsilon",
      type: { is: "number" },
      doc: "Added to squared gradients.",
      range: { min: 0, max: 1 },
      default: { value: 1e-30 },
      why: "The paper's value: it matters only if a gradient is zero.",
      impact: "low",
    },
    {
      name: "threshold",
      type: { is: "number" },
      doc: "Maximum root mean square of a parameter's step at learning rate 1; a larger step is scaled down.",
      range: { min: 0, max: 1000, exclusive: true },
      default: { value: 1 },
      why: "The paper's value: it limits steps when the running means lag behind.",
      impact: "low",
      related: ["learning_rate"],
    },
    weightDecayParameter(0, "transformers uses 0, too."),
  ],
  check: checkLearningRate(1),
  load: () => Promise.resolve(adafactor),
});

/**
 * Adafactor over every trainable parameter, with the recipe's learning rate. Its state is n + k numbers for a matrix
 * [n, k] (`adafactor.row/<name>`, `adafactor.column/<name>`), and a running mean for any other tensor
 * (`adafactor.v/<name>`).
 */
const ROW = "adafactor.row/";
const COLUMN = "adafactor.column/";
const WHOLE = "adafactor.v/";

const adafactor: OptimizerImplementation = {
  states: [ROW, COLUMN, WHOLE],
  apply(call, graph, trainable, { rate, step, clip }) {
    const { decay, epsilon, threshold, weight_decay } = argumentsWithDefaults(word, call);
    const settings = { decay: -decay, epsilon, threshold, weight_decay };
    const { norm, scale } = gradientClipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.withPath(name, () => {
        const factored = value.rank === 2;
        const states = factored
          ? ([
              [ROW, [value.shape[0]!]],
              [COLUMN, [value.shape[1]!]],
            ] as const)
          : ([[WHOLE, value.shape]] as const);
        const moments = states.map(([prefix, shape]) => momentState(graph, prefix + name, value, shape));
        const inputs = [value, ...moments, gradient, rate, step, ...scale] as const;
        const [parameter, ...updated] = graph.apply("adafactor", inputs, { ...settings, factored });
        graph.update(name, parameter);
        updated.forEach((m, i) => graph.update(states[i]![0]! + name, m));
      });
    return { norm };
  },
};
