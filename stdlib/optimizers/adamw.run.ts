/** AdamW over every trainable parameter; moments are state beside it (`adam.m/<name>`, `adam.v/<name>`), zero at first. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment } from "../lib/optimizers/clipping.js";
import { word } from "./adamw.js";

const MOMENTS = ["adam.m/", "adam.v/"] as const;

export const adamw: OptimizerImplementation = {
  states: MOMENTS,
  apply(call, graph, trainable, { rate, step, clip }) {
    const { beta1, beta2, epsilon, weight_decay } = argumentsOf(word, call);
    const settings = { beta1, beta2, epsilon, weight_decay };
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
