import { roundHalfToEven } from "../numbers/to-even.js";
import { defineOp } from "../op.js";
import { requireFloat } from "../shape.js";

export const round = defineOp({
  name: "round",
  doc: "The nearest whole number, of two as near the even one. It is flat: no gradient flows through it.",
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    return [x];
  },
  gradient: () => [undefined],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map(roundHalfToEven) }],
});
