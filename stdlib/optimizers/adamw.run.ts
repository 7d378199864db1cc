/** AdamW over every trainable parameter; moments are state beside it (`adam.m/<name>`, `adam.v/<name>`), zero at first. */
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment, numberOf } from "../lib/optimizers/clipping.js";

const MOMENTS = ["adam.m/", "adam.v/"] as const;

export const adamw: OptimizerImplementation = {
  states: MOMENTS,
  apply(call, graph, trainable, { rate, step, clip }) {
    const settings = {
      beta1: numberOf(call, "beta1", 0.9),
      beta2: numberOf(call, "beta2", 0.999),
      epsilon: numberOf(call, "epsilon", 1e-8),
      weight_decay: numberOf(call, "weight_decay", 0.01),
    };
    const { norm, scale } = clipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.at(name, () => {
        const kept = [moment(graph, MOMENTS[0] + name, value), moment(graph, MOMENTS[1] + name, value)] as const;
        const [parameter, m, v] = graph.apply("adamw", [value, ...kept, gradient, rate, step, ...scale], settings);
        graph.update(name, parameter);
        graph.update(MOMENTS[0] + name, m);
        graph.update(MOMENTS[1] + name, v);
      });
    return { norm };
  },
};
