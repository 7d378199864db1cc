import { unary } from "./shared/elementwise.js";

export const negate = unary({
  name: "negate",
  doc: "−x.",
  memory: "over",
  byPosition: "all",
  f: (x) => -x,
  gradient: (_x, _y, dy) => dy.negate(),
});
