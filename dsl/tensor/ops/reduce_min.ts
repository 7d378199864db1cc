import { reduce_gradient } from "./reduce_gradient.js";
import { REDUCTION_ATTRIBUTES } from "./shared/reduction.js";
import { reducedType, foldOverAxes } from "./shared/reduction.js";
import { defineOp } from "../op.js";

export const reduce_min = defineOp({
  name: "reduce_min",
  doc: "Smallest element over `axes`; `keep` leaves them with size 1. Equal minima share the gradient.",
  inputs: ["x"],
  attributes: REDUCTION_ATTRIBUTES,
  type: ([x], a) => [reducedType(x, a)],
  gradient(graph, { inputs: [x], attributes }, [dy]) {
    const { axes, keep } = attributes;
    const lowest = x.equal(x.min(axes, true)).cast(x.dtype);
    const ties = lowest.sum(axes, keep);
    const spread = graph.one(reduce_gradient, [dy.divide(ties), x], { ...attributes, mean: false });
    return [lowest.multiply(spread)];
  },
  evaluate: ([x], a, [shape]) => [foldOverAxes(x, a, shape, Infinity, (least, v) => Math.min(least, v))],
});
