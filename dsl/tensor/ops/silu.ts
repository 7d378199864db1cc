import { silu_gradient } from "./silu_gradient.js";
import { defineUnary } from "./shared/elementwise.js";
import { activationValue } from "./shared/gelu.js";

export const silu = defineUnary({
  name: "silu",
  doc: "x · sigmoid(x).",
  bf16: "follows",
  byPosition: "all",
  f: (x) => activationValue("silu", x),
  gradient: (x, _, dy) => x.graph.one(silu_gradient, [x, dy]),
});
