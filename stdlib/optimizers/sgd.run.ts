/** SGD over every trainable parameter; with momentum the velocity is state beside it (`sgd.velocity/<name>`), zero at first. */
import type { OptimizerImplementation } from "../kinds/training.js";
import { clipping, moment, numberOf } from "../lib/optimizers/clipping.js";

const VELOCITY = "sgd.velocity/";

export const sgd: OptimizerImplementation = {
  states: [VELOCITY],
  apply(call, graph, trainable, { rate, clip }) {
    const momentum = numberOf(call, "momentum", 0.9);
    const settings = {
      momentum,
      nesterov: momentum > 0 && call.arguments["nesterov"] === true,
      weight_decay: numberOf(call, "weight_decay", 0),
    };
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
