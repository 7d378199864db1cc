import { reduced, reduceOver } from "../reduction.js";
import type { Op } from "../op.js";

export const reduce_sum: Op = {
  name: "reduce_sum",
  doc: "Sum over `axes`; `keep` leaves them with size 1.",
  type: ([x], a) => [reduced(x!, a)],
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [
    graph.one("reduce_gradient", [dy!, x!], { ...attributes, mean: false }),
  ],
  evaluate: ([x], a, [shape]) => [reduceOver(x!, a, shape!, 0, (sum, v) => sum + v)],
};
