import { flagAttribute, numberAttribute } from "../attributes.js";
import { defineOp, type Op } from "../op.js";
import { axesOf, OpInputError } from "../shape.js";
import { elementCountOfShape, makeArrayValues } from "../values.js";

const CUMULATIVE = { axis: numberAttribute, exclusive: flagAttribute, reverse: flagAttribute };

export const cumulative_sum: Op<readonly ["x"], readonly ["y"], typeof CUMULATIVE> = defineOp({
  name: "cumulative_sum",
  doc: "x → its running sum along `axis`; `exclusive` leaves the element itself out, `reverse` sums from the end.",
  inputs: ["x"],
  attributes: CUMULATIVE,
  type([x], a) {
    if (x.dtype === "bool") throw new OpInputError("x must be a number, not bool");
    axesOf(x.shape.length, [a.axis]);
    return [x];
  },
  gradient: (graph, { attributes }, [dy]) => [
    graph.one(cumulative_sum, [dy], { ...attributes, reverse: !attributes.reverse }),
  ],
  evaluate([x], a, [shape]) {
    const axis = a.axis < 0 ? a.axis + shape.length : a.axis;
    const n = shape[axis]!;
    const inner = elementCountOfShape(shape.slice(axis + 1));
    const y = makeArrayValues(shape);
    for (let outer = 0; outer * n * inner < y.data.length; outer++)
      for (let c = 0; c < inner; c++) {
        let sum = 0;
        for (let k = 0; k < n; k++) {
          const index = (outer * n + (a.reverse ? n - 1 - k : k)) * inner + c;
          y.data[index] = a.exclusive ? sum : sum + x.data[index]!;
          sum += x.data[index]!;
        }
      }
    return [y];
  },
});
