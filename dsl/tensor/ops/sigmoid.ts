import { defineUnary } from "./shared/elementwise.js";

export const sigmoid = defineUnary({
  name: "sigmoid",
  doc: "1 / (1 + e⁻ˣ).",
  neverMinusZero: true,
  memory: "over",
  byPosition: "all",
  f: (x) => 1 / (1 + Math.exp(-x)),
  gradient: (_x, y, dy) => dy.multiply(y).multiply(y.negate().add(1)),
});
