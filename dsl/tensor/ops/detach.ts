import { defineOp } from "../op.js";

export const detach = defineOp({
  name: "detach",
  doc: "x itself, a constant to the gradient: none flows through it.",
  inputs: ["x"],
  type: ([x]) => [x],
  gradient: () => [undefined],
  rowPulled: () => [undefined],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data }],
  flops: () => 0,
});
