import { defineOp } from "../op.js";
import { elementCount, requireFloat, requireSameDType } from "../shape.js";
import { makeArrayValues } from "../values.js";

export const global_norm = defineOp({
  name: "global_norm",
  doc: "√ of the sum of squares of all elements of all inputs, a scalar.",
  neverMinusZero: true,
  part: "optimizer",
  inputs: ["...gradients"],
  outputs: ["norm"],
  type(inputs) {
    for (const x of inputs) requireFloat(x, "every input");
    return [{ dtype: requireSameDType(...inputs), shape: [] }];
  },
  evaluate: (inputs) => [
    makeArrayValues([], [Math.sqrt(inputs.reduce((sum, x) => x.data.reduce((s, v) => s + v * v, sum), 0))]),
  ],
  flops: (inputs, _, sizes) => 2 * inputs.reduce((n, x) => n + elementCount(x, sizes), 0),
});
