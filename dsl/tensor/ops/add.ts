import { binary } from "./shared/elementwise.js";

export const add = binary({
  name: "add",
  doc: "a + b, broadcast.",
  commutes: "exactly",
  memory: "over",
  byPosition: "all",
  f: (a, b) => a + b,
  gradient: (_a, _b, _y, dy) => [dy, dy],
});
