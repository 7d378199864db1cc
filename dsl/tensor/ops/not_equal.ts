import { defineBinary } from "./shared/elementwise.js";

export const not_equal = defineBinary({
  name: "not_equal",
  doc: "bool: a ≠ b, broadcast.",
  f: (a, b) => (a !== b ? 1 : 0),
  result: "bool",
});
