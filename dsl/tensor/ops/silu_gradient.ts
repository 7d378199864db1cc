import { activationSlope } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { requireShape } from "../shape.js";

export const silu_gradient = defineOp({
  name: "silu_gradient",
  doc: "(x, dy) → dx = dy · s · (1 + x · (1 − s)), s = sigmoid(x).",
  bf16: "follows",
  inputs: ["x", "dy"],
  outputs: ["dx"],
  type([x, dy]) {
    requireShape(dy, x.shape, "dy");
    return [x];
  },
  evaluate: ([x, dy]) => [{ shape: x.shape, data: x.data.map((v, i) => dy.data[i]! * activationSlope("silu", v)) }],
});
