import { reduce_gradient } from "./reduce_gradient.js";
import { REDUCTION_ATTRIBUTES } from "./shared/reduction.js";
import { reducedType, foldOverAxes } from "./shared/reduction.js";
import { defineOp } from "../op.js";

export const reduce_max = defineOp({
  name: "reduce_max",
  doc: "Greatest element over `axes`; `keep` leaves them with size 1. Equal maxima share the gradient.",
  inputs: ["x"],
  attributes: REDUCTION_ATTRIBUTES,
  type: ([x], a) => [reducedType(x, a)],
  gradient(graph, { inputs: [x], attributes }, [dy]) {
    const { axes, keep } = attributes;
    const spread = (t: typeof dy): NonNullable<typeof dy> =>
      graph.one(reduce_gradient, [t!, x], { ...attributes, mean: false });
    const highest = x.equal(x.max(axes, true)).cast(x.dtype);
    const ties = highest.sum(axes, keep);
    return [highest.multiply(spread(dy.divide(ties)))];
  },
  evaluate: ([x], a, [shape]) => [foldOverAxes(x, a, shape, -Infinity, (most, v) => Math.max(most, v))],
});
