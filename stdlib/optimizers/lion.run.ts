/** Lion over every trainable parameter; its one moment is state beside it (`lion.m/<name>`), zero at first. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment } from "../lib/optimizers/clipping.js";
import { word } from "./lion.js";

const MOMENT = "lion.m/";

export const lion: OptimizerImplementation = {
  states: [MOMENT],
  apply(call, graph, trainable, { rate, clip }) {
    const { beta1, beta2, weight_decay } = argumentsOf(word, call);
    const settings = { beta1, beta2, weight_decay };
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
