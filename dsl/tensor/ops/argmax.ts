import { defineOp } from "../op.js";
import { lastDimension, OpInputError } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const argmax = defineOp({
  name: "argmax",
  doc: "x [..., n] → i32 [...]: the place of the greatest along the last axis, the first of equals.",
  inputs: ["x"],
  type([x]) {
    lastDimension(x, "x");
    if (x.dtype === "bool") throw new OpInputError("x must be a number, not bool");
    return [{ dtype: "i32", shape: x.shape.slice(0, -1) }];
  },
  evaluate([x], _, [shape]) {
    const n = x.shape.at(-1)!;
    const y = makeArrayValues(shape);
    for (let row = 0; row < y.data.length; row++) {
      const rowValues = x.data.subarray(row * n, (row + 1) * n);
      let best = 0;
      for (let i = 1; i < n; i++) if (rowValues[i]! > rowValues[best]!) best = i;
      y.data[row] = best;
    }
    return [y];
  },
});
