import { silu_gradient } from "./silu_gradient.js";
import { unary } from "./shared/elementwise.js";
import { valueOf } from "./shared/gelu.js";

export const silu = unary({
  name: "silu",
  doc: "x · sigmoid(x).",
  bf16: "follows",
  byPosition: "all",
  f: (x) => valueOf("silu", x),
  gradient: (x, _, dy) => x.graph.one(silu_gradient, [x, dy]),
});
