import { GELU_ATTRIBUTES } from "./shared/gelu.js";
import { geluKind, activationSlope } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { requireShape } from "../shape.js";

export const gelu_gradient = defineOp({
  name: "gelu_gradient",
  doc: "(x, dy) → dx = dy · the slope of gelu at x; `approximate` as in gelu.",
  bf16: "follows",
  inputs: ["x", "dy"],
  outputs: ["dx"],
  attributes: GELU_ATTRIBUTES,
  type([x, dy]) {
    requireShape(dy, x.shape, "dy");
    return [x];
  },
  evaluate: ([x, dy], a) => [
    { shape: x.shape, data: x.data.map((v, i) => dy.data[i]! * activationSlope(geluKind(a), v)) },
  ],
});
