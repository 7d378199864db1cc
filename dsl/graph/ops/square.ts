import { unary } from "../elementwise.js";

export const square = unary({
  name: "square",
  doc: "x².",
  f: (x) => x * x,
  gradient: (x, _y, dy) => dy.multiply(x).multiply(2),
});
