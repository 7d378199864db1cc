import { accumulate, attentionAttributes, dot, eachRow, geometry, keepOf } from "../heads.js";
import type { Op } from "../op.js";
import { elements, wantShape } from "../shape.js";
import { values } from "../values.js";

export const attention_gradient: Op = {
  name: "attention_gradient",
  doc: "(q, k, v, probabilities, dcontext, step if `rate` > 0) → (dq, dk, dv); probabilities are attention's second output, the attributes are its own.",
  type([q, k, v, , dy]) {
    wantShape(dy!, q!.shape, "dcontext");
    return [q!, k!, v!];
  },
  evaluate([q, k, v, p, dy, step], attributes, shapes) {
    const a = attentionAttributes(attributes);
    const g = geometry(q!, k!, a.heads);
    const keep = keepOf(p!, a, step);
    const [dq, dk, dv] = shapes.map((shape) => values(shape));
    eachRow(g, (b, h, i) => {
      const row = g.row(b, h, i);
      const at = g.query(b, i, h);
      const dp = Float64Array.from(
        { length: g.keys },
        (_, j) => keep[row + j]! * dot(dy!.data, at, v!.data, g.key(b, j, h), g.size),
      );
      const mean = dot(dp, 0, p!.data, row, g.keys);
      for (let j = 0; j < g.keys; j++) {
        const ds = a.scale * p!.data[row + j]! * (dp[j]! - mean);
        const other = g.key(b, j, h);
        accumulate(dq!.data, at, k!.data, other, g.size, ds);
        accumulate(dk!.data, other, q!.data, at, g.size, ds);
        accumulate(dv!.data, other, dy!.data, at, g.size, p!.data[row + j]! * keep[row + j]!);
      }
    });
    return [dq!, dk!, dv!];
  },
  flops: ([q, k], _, sizes) => {
    const keys = k!.shape[1]!;
    return 8 * elements(q!, sizes) * (typeof keys === "number" ? keys : sizes[keys]!);
  },
};
