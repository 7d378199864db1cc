import type { Op } from "../op.js";
import { reduced, strideInto } from "../reduction.js";
import { axesOf, wantShape } from "../shape.js";
import { values, walk } from "../values.js";

export const reduce_gradient: Op = {
  name: "reduce_gradient",
  doc: "(dy, like) → dy spread over `axes` to the shape of `like`; `mean` divides by the elements per result. `keep` as in the reduction.",
  type([dy, like], a) {
    wantShape(dy!, reduced(like!, a).shape, "dy");
    return [{ dtype: dy!.dtype, shape: like!.shape }];
  },
  gradient(_, { attributes }, [d]) {
    const axes = attributes["axes"] as readonly number[];
    return [
      attributes["mean"] ? d!.mean(axes, attributes["keep"] === true) : d!.sum(axes, attributes["keep"] === true),
      undefined,
    ];
  },
  evaluate([dy, like], a) {
    const axes = axesOf(like!.shape.length, a["axes"]);
    const y = values(like!.shape);
    const n = a["mean"] ? y.data.length / dy!.data.length : 1;
    walk(like!.shape, [strideInto(like!.shape, axes)], (i, [p]) => {
      y.data[i] = dy!.data[p!]! / n;
    });
    return [y];
  },
};
