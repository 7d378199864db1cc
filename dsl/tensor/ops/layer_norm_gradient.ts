import { numberAttribute } from "../attributes.js";
import { normalizeRow } from "./shared/norm.js";
import { defineOp } from "../op.js";
import { lastDimension, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const layer_norm_gradient = defineOp({
  name: "layer_norm_gradient",
  doc: "(x [..., n], scale [n], mean [...], variance [...], dy [..., n]) → (dx [..., n], dscale [n], dbias [n]); mean and variance are layer_norm's own outputs.",
  inputs: ["x", "scale", "mean", "variance", "dy"],
  outputs: ["dx", "dscale", "dbias"],
  attributes: { epsilon: numberAttribute },
  type([x, scale, , , dy]) {
    requireShape(dy, x.shape, "dy");
    requireShape(scale, [lastDimension(x, "x")], "the scale");
    return [x, scale, scale];
  },
  evaluate([x, scale, , , dy], a, [shape, width]) {
    const n = width[0]!;
    const dx = makeArrayValues(shape);
    const dscale = makeArrayValues(width);
    const dbias = makeArrayValues(width);
    const [from, by] = [dy.data, scale.data];
    const [normal, g] = [new Float64Array(n), new Float64Array(n)];
    for (let start = 0; start < x.data.length; start += n) {
      const { inverse } = normalizeRow(x.data, start, a.epsilon, normal);
      let [sum, products] = [0, 0];
      for (let i = 0; i < n; i++) {
        const one = from[start + i]! * by[i]!;
        g[i] = one;
        sum += one;
        products += one * normal[i]!;
      }
      const [mean, slope] = [sum / n, products / n];
      for (let i = 0; i < n; i++) {
        dx.data[start + i] = inverse * (g[i]! - mean - normal[i]! * slope);
        dscale.data[i]! += from[start + i]! * normal[i]!;
        dbias.data[i]! += from[start + i]!;
      }
    }
    return [dx, dscale, dbias];
  },
  flops: ([x], _, sizes) => 8 * x.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1),
});
