import { layer_norm_gradient } from "./layer_norm_gradient.js";
import { numberAttribute } from "../attributes.js";
import { normalizeRow, layerNormOutputTypes } from "./shared/norm.js";
import { defineOp } from "../op.js";
import { withTrailingAxis, sumWithinRowsToShape } from "./rows/row-part.js";
import { makeArrayValues } from "../values.js";

export const layer_norm = defineOp({
  name: "layer_norm",
  doc: "(x [..., n], scale [n], bias [n]) → y = (x − mean) / √(variance + `epsilon`) · scale + bias over the last axis, and mean [...], variance [...] (biased).",
  byPosition: "first",
  inputs: ["x", "scale", "bias"],
  outputs: ["y", "mean", "variance"],
  attributes: { epsilon: numberAttribute },
  type([x, scale, bias]) {
    return layerNormOutputTypes(x, scale, bias);
  },
  gradient(graph, { inputs: [x, scale], outputs: [, mean, variance], attributes }, [dy], wanted) {
    if (!dy) return [];
    const gradients = graph.apply(layer_norm_gradient, [x, scale, mean, variance, dy], attributes);
    return gradients.map((d, i) => (wanted[i] ? d : undefined));
  },
  rowGradient: (_, { inputs: [x, scale, bias], outputs: [, mean, variance], attributes: { epsilon } }, dy, shared) =>
    shared.map((i) => {
      if (i === 2) return sumWithinRowsToShape(bias, dy);
      if (i !== 1) return null;
      const normal = x.subtract(withTrailingAxis(mean)).multiply(withTrailingAxis(variance).add(epsilon).rsqrt());
      return sumWithinRowsToShape(scale, dy.multiply(normal));
    }),
  evaluate([x, scale, bias], a, [shape, rows]) {
    const n = shape.at(-1)!;
    const y = makeArrayValues(shape);
    const mean = makeArrayValues(rows);
    const variance = makeArrayValues(rows);
    const [to, by, added, normal] = [y.data, scale.data, bias.data, new Float64Array(n)];
    for (let r = 0; r < mean.data.length; r++) {
      const row = normalizeRow(x.data, r * n, a.epsilon, normal);
      mean.data[r] = row.mean;
      variance.data[r] = row.variance;
      for (let i = 0; i < n; i++) to[r * n + i] = normal[i]! * by[i]! + added[i]!;
    }
    return [y, mean, variance];
  },
});
