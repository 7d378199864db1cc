import { defineBinary } from "./shared/elementwise.js";

export const divide = defineBinary({
  name: "divide",
  doc: "a / b, broadcast.",
  memory: "over",
  byPosition: "all",
  f: (a, b) => a / b,
  gradient: (_a, b, y, dy, wanted) => [
    wanted[0] ? dy.divide(b) : undefined,
    wanted[1] ? dy.multiply(y).divide(b).negate() : undefined,
  ],
});
