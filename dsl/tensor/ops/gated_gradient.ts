import { GATE } from "./shared/gelu.js";
import { slopeOf, valueOf } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { elements, wantShape } from "../shape.js";

export const gated_gradient = defineOp({
  name: "gated_gradient",
  doc: "(a, b, dy) → (da, db) = (dy · b · f′(a), dy · f(a)); `activation`: f, as in gated.",
  bf16: "follows",
  inputs: ["a", "b", "dy"],
  outputs: ["da", "db"],
  attributes: GATE,
  type([a, b, dy]) {
    wantShape(dy, a.shape, "dy");
    return [a, b];
  },
  evaluate([a, b, dy], attributes) {
    const kind = attributes.activation;
    const each = (f: (i: number) => number): { shape: readonly number[]; data: Float64Array } => ({
      shape: a.shape,
      data: a.data.map((_, i) => dy.data[i]! * f(i)),
    });
    return [each((i) => b.data[i]! * slopeOf(kind, a.data[i]!)), each((i) => valueOf(kind, a.data[i]!))];
  },
  flops: ([a], _, sizes) => 8 * elements(a, sizes),
});
