import { defineBinary } from "./shared/elementwise.js";

export const greater = defineBinary({
  name: "greater",
  doc: "bool: a > b, broadcast.",
  f: (a, b) => (a > b ? 1 : 0),
  result: "bool",
});
