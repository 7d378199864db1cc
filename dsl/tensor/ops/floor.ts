import { defineOp } from "../op.js";
import { requireFloat } from "../shape.js";

export const floor = defineOp({
  name: "floor",
  doc: "The greatest whole number that isn't above x. It is flat: no gradient flows through it.",
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    return [x];
  },
  gradient: () => [undefined],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map(Math.floor) }],
});
