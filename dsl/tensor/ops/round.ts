import { toEven } from "../numbers/to-even.js";
import { defineOp } from "../op.js";
import { wantFloat } from "../shape.js";

export const round = defineOp({
  name: "round",
  doc: "The nearest whole number, of two as near the even one. It is flat: no gradient flows through it.",
  inputs: ["x"],
  type([x]) {
    wantFloat(x, "x");
    return [x];
  },
  gradient: () => [undefined],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map(toEven) }],
});
