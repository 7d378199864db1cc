import { defineUnary } from "./shared/elementwise.js";

export const exp = defineUnary({
  name: "exp",
  doc: "eˣ.",
  neverMinusZero: true,
  memory: "over",
  byPosition: "all",
  f: Math.exp,
  gradient: (_x, y, dy) => dy.multiply(y),
});
