import { defineBinary } from "./shared/elementwise.js";

export const less_equal = defineBinary({
  name: "less_equal",
  doc: "bool: a ≤ b, broadcast.",
  f: (a, b) => (a <= b ? 1 : 0),
  result: "bool",
});
