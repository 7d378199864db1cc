import { defineBinary } from "./shared/elementwise.js";

export const maximum = defineBinary({
  name: "maximum",
  doc: "The greater of a and b, broadcast; where they are equal the gradient goes to b.",
  commutes: "nearly",
  memory: "over",
  byPosition: "all",
  f: Math.max,
  gradient: (a, b, _y, dy) => {
    const zero = dy.graph.number(0, dy.dtype);
    const first = a.greater(b);
    return [first.select(dy, zero), first.select(zero, dy)];
  },
});
