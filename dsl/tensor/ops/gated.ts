import { gated_gradient } from "./gated_gradient.js";
import { GATE_ATTRIBUTES } from "./shared/gelu.js";
import { activationValue } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { elementCount, requireFloat, requireSameDType, requireShape } from "../shape.js";

/**
 * Gated linear units (Shazeer, 2020, arXiv 2002.05202) without their products: SwiGLU, GeGLU. It is one op because no
 * intermediate need be stored: forward reads a and b and writes y, backward reads a, b and dy.
 */
export const gated = defineOp({
  name: "gated",
  doc: '(a, b of one shape) → f(a) · b; `activation`: f, one of "silu", "gelu", "gelu_tanh", "gelu_quick".',
  bf16: "follows",
  byPosition: "all",
  inputs: ["a", "b"],
  attributes: GATE_ATTRIBUTES,
  type([a, b]) {
    requireFloat(a, "a");
    requireSameDType(a, b);
    requireShape(b, a.shape, "b");
    return [a];
  },
  gradient(graph, { inputs: [a, b], attributes }, [dy], wanted) {
    const both = graph.apply(gated_gradient, [a, b, dy], attributes);
    return both.map((d, i) => (wanted[i] ? d : undefined));
  },
  evaluate: ([a, b], attributes) => [
    { shape: a.shape, data: a.data.map((v, i) => activationValue(attributes.activation, v) * b.data[i]!) },
  ],
  flops: ([a], _, sizes) => 5 * elementCount(a, sizes),
});
