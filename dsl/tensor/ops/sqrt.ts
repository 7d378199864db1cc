import { defineUnary } from "./shared/elementwise.js";

export const sqrt = defineUnary({
  name: "sqrt",
  doc: "Square root.",
  memory: "over",
  f: Math.sqrt,
  gradient: (_x, y, dy) => dy.divide(y.multiply(2)),
});
