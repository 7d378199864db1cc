import { defineBinary } from "./shared/elementwise.js";

export const subtract = defineBinary({
  name: "subtract",
  doc: "a − b, broadcast.",
  memory: "over",
  byPosition: "all",
  f: (a, b) => a - b,
  gradient: (_a, _b, _y, dy, wanted) => [dy, wanted[1] ? dy.negate() : undefined],
});
