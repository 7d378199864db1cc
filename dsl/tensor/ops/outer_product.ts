import { defineOp } from "../op.js";
import { elementCount, lastDimension, requireFloat, requireSameDType, requireShape } from "../shape.js";
import { addScaledInPlace } from "./shared/heads.js";
import { makeArrayValues } from "../values.js";

export const outer_product = defineOp({
  name: "outer_product",
  doc: "(a [..., m], b [..., n]) → Σ over all leading positions of a ⊗ b, [m, n]. The weight gradient of linear is outer_product(dy, x).",
  product: true,
  inputs: ["a", "b"],
  type([a, b]) {
    requireFloat(a, "a");
    requireShape({ dtype: b.dtype, shape: b.shape.slice(0, -1) }, a.shape.slice(0, -1), "b's leading dimensions");
    return [{ dtype: requireSameDType(a, b), shape: [lastDimension(a, "a"), lastDimension(b, "b")] }];
  },
  gradient(_, { inputs: [a, b] }, [d], wanted) {
    return [wanted[0] ? b.linear(d) : undefined, wanted[1] ? a.linear(d.transpose([1, 0])) : undefined];
  },
  evaluate([a, b], _, [shape]) {
    const [m, n] = shape as [number, number];
    const y = makeArrayValues(shape);
    const [left, right, to] = [a.data, b.data, y.data];
    for (let r = 0; r < left.length / m; r++)
      for (let i = 0; i < m; i++) addScaledInPlace(to, i * n, right, r * n, n, left[r * m + i]!);
    return [y];
  },
  flops: ([a, b], _, sizes) => {
    const n = lastDimension(b, "b");
    return 2 * elementCount(a, sizes) * (typeof n === "number" ? n : sizes[n]!);
  },
});
