import { defineUnary } from "./shared/elementwise.js";

export const rsqrt = defineUnary({
  name: "rsqrt",
  doc: "1 / √x.",
  memory: "over",
  f: (x) => 1 / Math.sqrt(x),
  gradient: (x, y, dy) => dy.multiply(y.divide(x)).multiply(-0.5),
});
