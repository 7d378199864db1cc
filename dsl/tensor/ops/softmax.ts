import { defineOp } from "../op.js";
import { lastDimension, requireFloat } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";

export const softmax = defineOp({
  name: "softmax",
  doc: "eˣ / Σ eˣ over the last axis.",
  neverMinusZero: true,
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    lastDimension(x, "x");
    return [x];
  },
  gradient: (_, { outputs: [y] }, [dy]) => [y.multiply(dy.subtract(y.multiply(dy).sum([-1], true)))],
  evaluate: ([x]) => [{ shape: x.shape, data: softmaxRows(x.data, x.shape.at(-1)!, false) }],
});
