import { defineBinary } from "./shared/elementwise.js";

export const minimum = defineBinary({
  name: "minimum",
  doc: "The lesser of a and b, broadcast; where they are equal the gradient goes to b.",
  commutes: "nearly",
  memory: "over",
  byPosition: "all",
  f: Math.min,
  gradient: (a, b, _y, dy) => {
    const zero = dy.graph.number(0, dy.dtype);
    const first = a.less(b);
    return [first.select(dy, zero), first.select(zero, dy)];
  },
});
