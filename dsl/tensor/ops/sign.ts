import { defineOp } from "../op.js";
import { requireFloat } from "../shape.js";

export const sign = defineOp({
  name: "sign",
  doc: "−1, 0 or 1 by the sign of x. It is flat: no gradient flows through it.",
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    return [x];
  },
  decompose: ([x]) => [x.greater(0).cast(x.dtype).subtract(x.less(0).cast(x.dtype))],
  gradient: () => [undefined],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map((v) => Math.sign(v)) }],
});
