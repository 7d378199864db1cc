import { binary } from "./shared/elementwise.js";

export const greater = binary({
  name: "greater",
  doc: "bool: a > b, broadcast.",
  f: (a, b) => (a > b ? 1 : 0),
  result: "bool",
});
