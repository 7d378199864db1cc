/** Lion over every trainable parameter; its one moment is state beside it (`lion.m/<name>`), zero at first. */
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment, numberOf } from "../lib/optimizers/clipping.js";

const MOMENT = "lion.m/";

export const lion: OptimizerImplementation = {
  states: [MOMENT],
  apply(call, graph, trainable, { rate, clip }) {
    const settings = {
      beta1: numberOf(call, "beta1", 0.9),
      beta2: numberOf(call, "beta2", 0.99),
      weight_decay: numberOf(call, "weight_decay", 0),
    };
    const { norm, scale } = clipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.at(name, () => {
        const inputs = [value, moment(graph, MOMENT + name, value), gradient, rate, ...scale] as const;
        const [parameter, m] = graph.apply("lion", inputs, settings);
        graph.update(name, parameter);
        graph.update(MOMENT + name, m);
      });
    return { norm };
  },
};
