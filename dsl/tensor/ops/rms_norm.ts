import { rms_norm_gradient } from "./rms_norm_gradient.js";
import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { withTrailingAxis, sumWithinRowsToShape } from "./rows/row-part.js";
import { inverseRms, rmsNormOutputTypes } from "./shared/norm.js";
import { elementCount } from "../shape.js";
import { makeArrayValues } from "../values.js";

/** Zhang and Sennrich, 2019, arXiv 1910.07467; Gemma stores its weights less one (`offset` 1). */
export const rms_norm = defineOp({
  name: "rms_norm",
  doc: "(x [..., n], scale [n]) → y = x / √(mean of x² + `epsilon`) · (scale + `offset`) over the last axis, and inverse [...] = 1 / √(mean of x² + `epsilon`).",
  byPosition: "first",
  inputs: ["x", "scale"],
  outputs: ["y", "inverse"],
  attributes: { epsilon: numberAttribute, offset: numberAttribute },
  type([x, scale]) {
    return rmsNormOutputTypes(x, scale);
  },
  gradient(graph, { inputs: [x, scale], outputs: [, inverse], attributes }, [dy], wanted) {
    if (!dy) return [];
    const gradients = graph.apply(rms_norm_gradient, [x, scale, inverse, dy], attributes);
    return gradients.map((d, i) => (wanted[i] ? d : undefined));
  },
  rowGradient: (_, { inputs: [x, scale], outputs: [, inverse] }, dy, shared) =>
    shared.map((i) =>
      i === 1 ? sumWithinRowsToShape(scale, dy.multiply(x).multiply(withTrailingAxis(inverse))) : null,
    ),
  evaluate([x, scale], a, [shape, rows]) {
    const n = shape.at(-1)!;
    const [y, inverse] = [makeArrayValues(shape), makeArrayValues(rows)];
    const [from, to, by] = [x.data, y.data, scale.data];
    for (let r = 0; r < inverse.data.length; r++) {
      const start = r * n;
      const one = inverseRms(from, start, n, a.epsilon);
      inverse.data[r] = one;
      for (let i = 0; i < n; i++) to[start + i] = from[start + i]! * one * (by[i]! + a.offset);
    }
    return [y, inverse];
  },
  flops: ([x], _, sizes) => 4 * elementCount(x, sizes),
});
