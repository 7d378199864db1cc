import { unbroadcast } from "./shared/elementwise.js";
import { defineOp } from "../op.js";
import { broadcastShapes, OpInputError, requireSameDType } from "../shape.js";
import { stridesOf, makeArrayValues, forEachPosition } from "../values.js";

export const select = defineOp({
  name: "select",
  doc: "(condition bool, a, b) → a where the condition holds, b elsewhere; all three broadcast.",
  memory: "over",
  inputs: ["c", "a", "b"],
  type([c, a, b]) {
    if (c.dtype !== "bool") throw new OpInputError(`the condition must be bool, not ${c.dtype}`);
    return [{ dtype: requireSameDType(a, b), shape: broadcastShapes(c.shape, broadcastShapes(a.shape, b.shape)) }];
  },
  gradient(graph, { inputs: [c, a, b] }, [dy], wanted) {
    const zero = graph.number(0, dy.dtype);
    return [
      undefined,
      wanted[1] ? unbroadcast(c.select(dy, zero), a) : undefined,
      wanted[2] ? unbroadcast(c.select(zero, dy), b) : undefined,
    ];
  },
  evaluate([c, a, b], _, [shape]) {
    const y = makeArrayValues(shape);
    forEachPosition(
      shape,
      [c, a, b].map((v) => stridesOf(v.shape)),
      (i, [p, q, r]) => {
        y.data[i] = c.data[p!] ? a.data[q!]! : b.data[r!]!;
      },
    );
    return [y];
  },
});
