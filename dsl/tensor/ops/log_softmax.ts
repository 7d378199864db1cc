import { defineOp } from "../op.js";
import { lastOf, wantFloat } from "../shape.js";
import { softmaxRows } from "../numbers/softmax.js";

export const log_softmax = defineOp({
  name: "log_softmax",
  doc: "x − log Σ eˣ over the last axis.",
  inputs: ["x"],
  type([x]) {
    wantFloat(x, "x");
    lastOf(x, "x");
    return [x];
  },
  gradient: (_, { outputs: [y] }, [dy]) => [dy.subtract(y.exp().multiply(dy.sum([-1], true)))],
  evaluate: ([x]) => [{ shape: x.shape, data: softmaxRows(x.data, x.shape.at(-1)!, true) }],
});
