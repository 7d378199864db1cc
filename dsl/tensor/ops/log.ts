import { defineUnary } from "./shared/elementwise.js";

export const log = defineUnary({
  name: "log",
  doc: "Natural logarithm.",
  memory: "over",
  f: Math.log,
  gradient: (x, _y, dy) => dy.divide(x),
});
