import { defineBinary } from "./shared/elementwise.js";

export const less = defineBinary({
  name: "less",
  doc: "bool: a < b, broadcast.",
  f: (a, b) => (a < b ? 1 : 0),
  result: "bool",
});
