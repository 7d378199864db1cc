/** Quadratic penalties: what a parameter's gradient gets where it shall stay near a place. */
import type { Graph } from "#dsl/graph/builder.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import { moment } from "../optimizers/clipping.js";
import type { Learning } from "../../kinds/strategy.js";

/** The gradient of (factor / 2) · Σ importance · (parameter − anchor)², added to each parameter's own. */
export function pulled(
  graph: Graph,
  learning: readonly Learning[],
  o: { readonly factor: number; readonly anchor: string; readonly importance?: string },
): readonly Tensor[] {
  return learning.map(({ name, value, gradient }) =>
    graph.at(name, () => {
      const away = value.subtract(moment(graph, o.anchor + name, value));
      const weighed = o.importance === undefined ? away : away.multiply(moment(graph, o.importance + name, value));
      return gradient.add(weighed.multiply(o.factor));
    }),
  );
}
