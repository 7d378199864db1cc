import { defineUnary } from "./shared/elementwise.js";

export const tanh = defineUnary({
  name: "tanh",
  doc: "Hyperbolic tangent.",
  memory: "over",
  byPosition: "all",
  f: Math.tanh,
  gradient: (_x, y, dy) => dy.multiply(y.square().negate().add(1)),
});
