/** SGD over every trainable parameter; with momentum the velocity is state beside it (`sgd.velocity/<name>`), zero at first. */
import { argumentsOf } from "#dsl/types/filled.js";
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment } from "../lib/optimizers/clipping.js";
import { word } from "./sgd.js";

const VELOCITY = "sgd.velocity/";

export const sgd: OptimizerImplementation = {
  states: [VELOCITY],
  apply(call, graph, trainable, { rate, clip }) {
    const { momentum, nesterov, weight_decay } = argumentsOf(word, call);
    const settings = { momentum, nesterov: momentum > 0 && nesterov, weight_decay };
    const { norm, scale } = clipping(graph, trainable, clip);
    for (const { name, value, gradient } of trainable)
      graph.at(name, () => {
        const moments = momentum > 0 ? [moment(graph, VELOCITY + name, value)] : [];
        const [parameter, velocity] = graph.apply("sgd", [value, ...moments, gradient, rate, ...scale], settings);
        graph.update(name, parameter);
        if (velocity) graph.update(VELOCITY + name, velocity);
      });
    return { norm };
  },
};
