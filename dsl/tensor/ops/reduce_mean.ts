import { reduce_gradient } from "./reduce_gradient.js";
import { REDUCTION_ATTRIBUTES } from "./shared/reduction.js";
import { reducedType, foldOverAxes } from "./shared/reduction.js";
import { defineOp } from "../op.js";

export const reduce_mean = defineOp({
  name: "reduce_mean",
  doc: "Mean over `axes`; `keep` leaves them with size 1.",
  inputs: ["x"],
  attributes: REDUCTION_ATTRIBUTES,
  type: ([x], a) => [reducedType(x, a)],
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [
    graph.one(reduce_gradient, [dy, x], { ...attributes, mean: true }),
  ],
  evaluate: ([x], a, [shape]) => [foldOverAxes(x, a, shape, 0, (sum, v, n) => sum + v / n)],
});
