import { number } from "../attributes.js";
import { rowNorm } from "../norm.js";
import { defineOp } from "../op.js";
import { lastOf, wantShape } from "../shape.js";
import { values } from "../values.js";

export const layer_norm_gradient = defineOp({
  name: "layer_norm_gradient",
  doc: "(x [..., n], scale [n], mean [...], variance [...], dy [..., n]) → (dx [..., n], dscale [n], dbias [n]); mean and variance are layer_norm's own outputs.",
  inputs: ["x", "scale", "mean", "variance", "dy"],
  outputs: ["dx", "dscale", "dbias"],
  attributes: { epsilon: number },
  type([x, scale, , , dy]) {
    wantShape(dy, x.shape, "dy");
    wantShape(scale, [lastOf(x, "x")], "the scale");
    return [x, scale, scale];
  },
  evaluate([x, scale, , , dy], a, [shape, width]) {
    const n = width[0]!;
    const dx = values(shape);
    const dscale = values(width);
    const dbias = values(width);
    for (let r = 0; r < x.data.length / n; r++) {
      const at = r * n;
      const { normal, inverse } = rowNorm(x.data.subarray(at, at + n), a.epsilon);
      const g = normal.map((_, i) => dy.data[at + i]! * scale.data[i]!);
      const mean = g.reduce((s, v) => s + v, 0) / n;
      const slope = g.reduce((s, v, i) => s + v * normal[i]!, 0) / n;
      for (let i = 0; i < n; i++) {
        dx.data[at + i] = inverse * (g[i]! - mean - normal[i]! * slope);
        dscale.data[i] = dscale.data[i]! + dy.data[at + i]! * normal[i]!;
        dbias.data[i] = dbias.data[i]! + dy.data[at + i]!;
      }
    }
    return [dx, dscale, dbias];
  },
  flops: ([x], _, sizes) => 8 * x.shape.reduce<number>((p, d) => p * (typeof d === "number" ? d : sizes[d]!), 1),
});
