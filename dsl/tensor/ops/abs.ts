import { defineUnary } from "./shared/elementwise.js";

export const abs = defineUnary({
  name: "abs",
  doc: "Absolute value; its gradient at 0 is 0.",
  neverMinusZero: true,
  memory: "over",
  f: Math.abs,
  gradient: (x, _y, dy) => {
    const zero = x.graph.number(0, x.dtype);
    return x.greater(0).select(dy, x.less(0).select(dy.negate(), zero));
  },
});
