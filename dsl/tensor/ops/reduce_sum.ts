import { reduce_gradient } from "./reduce_gradient.js";
import { REDUCTION_ATTRIBUTES } from "./shared/reduction.js";
import { reducedType, foldOverAxes } from "./shared/reduction.js";
import { defineOp } from "../op.js";

export const reduce_sum = defineOp({
  name: "reduce_sum",
  doc: "Sum over `axes`; `keep` leaves them with size 1.",
  inputs: ["x"],
  attributes: REDUCTION_ATTRIBUTES,
  type: ([x], a) => [reducedType(x, a)],
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [
    graph.one(reduce_gradient, [dy, x], { ...attributes, mean: false }),
  ],
  evaluate: ([x], a, [shape]) => [foldOverAxes(x, a, shape, 0, (sum, v) => sum + v)],
  // A sum over all rows: engines compute it as a product with ones, accumulated in f32.
  followsBf16: ([x], { axes }) => axes.length === x.shape.length - 1 && !axes.includes(x.shape.length - 1),
});
