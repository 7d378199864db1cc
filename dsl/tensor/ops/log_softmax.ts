import { defineOp } from "../op.js";
import { lastDimension, requireFloat } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";

export const log_softmax = defineOp({
  name: "log_softmax",
  doc: "x − log Σ eˣ over the last axis.",
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    lastDimension(x, "x");
    return [x];
  },
  gradient: (_, { outputs: [y] }, [dy]) => [dy.subtract(y.exp().multiply(dy.sum([-1], true)))],
  evaluate: ([x]) => [{ shape: x.shape, data: softmaxRows(x.data, x.shape.at(-1)!, true) }],
});
