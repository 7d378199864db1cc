import { defineBinary } from "./shared/elementwise.js";

export const multiply = defineBinary({
  name: "multiply",
  doc: "a · b, broadcast.",
  commutes: "exactly",
  memory: "over",
  byPosition: "all",
  f: (a, b) => a * b,
  gradient: (a, b, _y, dy, wanted) => [wanted[0] ? dy.multiply(b) : undefined, wanted[1] ? dy.multiply(a) : undefined],
});
