import { defineBinary } from "./shared/elementwise.js";

export const add = defineBinary({
  name: "add",
  doc: "a + b, broadcast.",
  commutes: "exactly",
  memory: "over",
  byPosition: "all",
  f: (a, b) => a + b,
  gradient: (_a, _b, _y, dy) => [dy, dy],
});
