import { defineUnary } from "./shared/elementwise.js";

export const negate = defineUnary({
  name: "negate",
  doc: "−x.",
  memory: "over",
  byPosition: "all",
  f: (x) => -x,
  gradient: (_x, _y, dy) => dy.negate(),
});
