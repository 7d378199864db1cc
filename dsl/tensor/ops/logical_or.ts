import { defineBinary } from "./shared/elementwise.js";

export const logical_or = defineBinary({
  name: "logical_or",
  doc: "(a bool, b bool) → whether either holds, broadcast.",
  f: (a, b) => (a || b ? 1 : 0),
  inputDType: "bool",
});
