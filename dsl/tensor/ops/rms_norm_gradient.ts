import { numberAttribute } from "../attributes.js";
import { defineOp } from "../op.js";
import { elementCount, requireShape } from "../shape.js";
import { makeArrayValues } from "../values.js";

/** With x̂ = x · inverse and g = dy · (scale + offset): dx = inverse · (g − x̂ · mean(g · x̂)), dscale = Σ over rows of dy · x̂. */
export const rms_norm_gradient = defineOp({
  name: "rms_norm_gradient",
  doc: "(x, scale, inverse, dy) → (dx, dscale); inverse is rms_norm's second output, the attributes are its own.",
  inputs: ["x", "scale", "inverse", "dy"],
  outputs: ["dx", "dscale"],
  attributes: { epsilon: numberAttribute, offset: numberAttribute },
  type([x, scale, inverse, dy]) {
    requireShape(inverse, x.shape.slice(0, -1), "the inverse");
    requireShape(dy, x.shape, "dy");
    return [x, scale];
  },
  evaluate([x, scale, inverse, dy], a, [shape]) {
    const n = shape.at(-1)!;
    const [dx, dscale] = [makeArrayValues(shape), makeArrayValues([n])];
    const [normal, g] = [new Float64Array(n), new Float64Array(n)];
    for (let r = 0; r < inverse.data.length; r++) {
      const inv = inverse.data[r]!;
      const start = r * n;
      let slope = 0;
      for (let i = 0; i < n; i++) {
        normal[i] = x.data[start + i]! * inv;
        g[i] = dy.data[start + i]! * (scale.data[i]! + a.offset);
        slope += g[i]! * normal[i]!;
      }
      slope /= n;
      for (let i = 0; i < n; i++) {
        dx.data[start + i] = inv * (g[i]! - normal[i]! * slope);
        dscale.data[i] = dscale.data[i]! + dy.data[start + i]! * normal[i]!;
      }
    }
    return [dx, dscale];
  },
  flops: ([x], _, sizes) => 9 * elementCount(x, sizes),
});
