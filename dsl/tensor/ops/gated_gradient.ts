import { GATE_ATTRIBUTES } from "./shared/gelu.js";
import { activationSlope, activationValue } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { elementCount, requireShape } from "../shape.js";

export const gated_gradient = defineOp({
  name: "gated_gradient",
  doc: "(a, b, dy) → (da, db) = (dy · b · f′(a), dy · f(a)); `activation`: f, as in gated.",
  bf16: "follows",
  inputs: ["a", "b", "dy"],
  outputs: ["da", "db"],
  attributes: GATE_ATTRIBUTES,
  type([a, b, dy]) {
    requireShape(dy, a.shape, "dy");
    return [a, b];
  },
  evaluate([a, b, dy], attributes) {
    const kind = attributes.activation;
    const each = (f: (i: number) => number): { shape: readonly number[]; data: Float64Array } => ({
      shape: a.shape,
      data: a.data.map((_, i) => dy.data[i]! * f(i)),
    });
    return [
      each((i) => b.data[i]! * activationSlope(kind, a.data[i]!)),
      each((i) => activationValue(kind, a.data[i]!)),
    ];
  },
  flops: ([a], _, sizes) => 8 * elementCount(a, sizes),
});
