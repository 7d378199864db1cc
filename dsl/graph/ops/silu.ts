import { unary } from "../elementwise.js";

export const silu = unary({
  name: "silu",
  doc: "x · sigmoid(x).",
  f: (x) => x / (1 + Math.exp(-x)),
  gradient: (x, y, dy) => {
    const s = x.sigmoid();
    return dy.multiply(s.add(y.multiply(s.negate().add(1))));
  },
});
