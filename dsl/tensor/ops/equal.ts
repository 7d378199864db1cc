import { defineBinary } from "./shared/elementwise.js";

export const equal = defineBinary({
  name: "equal",
  doc: "bool: a = b, broadcast.",
  commutes: "exactly",
  f: (a, b) => (a === b ? 1 : 0),
  result: "bool",
});
