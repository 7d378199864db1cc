import { defineUnary } from "./shared/elementwise.js";

export const square = defineUnary({
  name: "square",
  doc: "x².",
  neverMinusZero: true,
  memory: "over",
  byPosition: "all",
  f: (x) => x * x,
  decompose: (x) => x.multiply(x),
  gradient: (x, _y, dy) => dy.multiply(x).multiply(2),
});
