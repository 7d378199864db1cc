import { flagAttribute, numberListAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { reducedType, reducedStrides } from "./shared/reduction.js";
import { axesOf, requireShape } from "../shape.js";
import { makeArrayValues, forEachPosition } from "../values.js";

export const reduce_gradient = defineOp({
  name: "reduce_gradient",
  doc: "(dy, like) → dy spread over `axes` to the shape of `like`; `mean` divides by the elements per result. `keep` as in the reduction.",
  inputs: ["dy", "like"],
  outputs: ["dx"],
  attributes: { axes: numberListAttribute, keep: flagAttribute, mean: flagAttribute },
  type([dy, like], a) {
    requireShape(dy, reducedType(like, a).shape, "dy");
    return [{ dtype: dy.dtype, shape: like.shape }];
  },
  gradient(_, { attributes }, [d]) {
    const { axes, keep, mean } = attributes;
    return [mean ? d.mean(axes, keep) : d.sum(axes, keep), undefined];
  },
  evaluate([dy, like], a) {
    const axes = axesOf(like.shape.length, a.axes);
    const y = makeArrayValues(like.shape);
    const n = a.mean ? y.data.length / dy.data.length : 1;
    forEachPosition(like.shape, [reducedStrides(like.shape, axes)], (i, [p]) => {
      y.data[i] = dy.data[p!]! / n;
    });
    return [y];
  },
});
