import { binary } from "./shared/elementwise.js";

export const logical_or = binary({
  name: "logical_or",
  doc: "(a bool, b bool) → whether either holds, broadcast.",
  f: (a, b) => (a || b ? 1 : 0),
  of: "bool",
});
