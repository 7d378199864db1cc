import { defineBinary } from "./shared/elementwise.js";

export const logical_and = defineBinary({
  name: "logical_and",
  doc: "(a bool, b bool) → whether both hold, broadcast.",
  f: (a, b) => (a && b ? 1 : 0),
  inputDType: "bool",
});
