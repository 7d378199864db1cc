import { defineUnary } from "./shared/elementwise.js";

export const relu = defineUnary({
  name: "relu",
  doc: "max(x, 0); its gradient at 0 is 0.",
  bf16: "follows",
  memory: "over",
  byPosition: "all",
  f: (x) => Math.max(x, 0),
  gradient: (x, _y, dy) => x.greater(0).select(dy, x.graph.number(0, x.dtype)),
});
