/** AdamW over every trainable parameter; moments are state beside it (`adam.m/<name>`, `adam.v/<name>`), zero at first. */
import type { OptimizerImplementation } from "../kinds.js";

const MOMENTS = ["adam.m/", "adam.v/"] as const;

export const adamw: OptimizerImplementation = {
  states: MOMENTS,
  apply(call, graph, trainable, { rate, step, clip }) {
    const number = (name: string, fallback: number): number => {
      const value = call.arguments[name];
      return typeof value === "number" ? value : fallback;
    };
    const settings = {
      beta1: number("beta1", 0.9),
      beta2: number("beta2", 0.999),
      epsilon: number("epsilon", 1e-8),
      weight_decay: number("weight_decay", 0.01),
    };
    const norm = graph.one(
      "global_norm",
      trainable.map((p) => p.gradient),
    );
    // As torch.nn.utils.clip_grad_norm_ does it.
    const scale = clip === null ? [] : [graph.number(clip).divide(norm.add(1e-6)).minimum(1)];
    for (const { name, value, gradient } of trainable)
      graph.at(name, () => {
        const moments = MOMENTS.map((prefix) =>
          graph.state(prefix + name, { type: value.type, trains: false, initial: { zeros: true } }),
        );
        const [parameter, m, v] = graph.apply("adamw", [value, ...moments, gradient, rate, step, ...scale], settings);
        graph.update(name, parameter!);
        graph.update(MOMENTS[0] + name, m!);
        graph.update(MOMENTS[1] + name, v!);
      });
    return { norm };
  },
};
