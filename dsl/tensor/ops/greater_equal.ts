import { defineBinary } from "./shared/elementwise.js";

export const greater_equal = defineBinary({
  name: "greater_equal",
  doc: "bool: a ≥ b, broadcast.",
  f: (a, b) => (a >= b ? 1 : 0),
  result: "bool",
});
