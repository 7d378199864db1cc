import { erfOf } from "../numbers/erf.js";
import { defineUnary } from "./shared/elementwise.js";

export const erf = defineUnary({
  name: "erf",
  doc: "The error function.",
  memory: "over",
  byPosition: "all",
  f: erfOf,
  gradient: (x, _y, dy) => dy.multiply(x.square().negate().exp()).multiply(2 / Math.sqrt(Math.PI)),
});
