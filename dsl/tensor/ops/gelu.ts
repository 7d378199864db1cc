import { gelu_gradient } from "./gelu_gradient.js";
import { GELU_ATTRIBUTES } from "./shared/gelu.js";
import { geluKind, activationValue } from "./shared/gelu.js";
import { defineOp } from "../op.js";
import { requireFloat } from "../shape.js";

/** Hendrycks and Gimpel, 2016, arXiv 1606.08415. */
export const gelu = defineOp({
  name: "gelu",
  doc:
    "x · Φ(x), Φ the normal distribution function; `approximate` true: x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), " +
    '"quick": x · sigmoid(1.702 x).',
  bf16: "follows",
  byPosition: "all",
  inputs: ["x"],
  attributes: GELU_ATTRIBUTES,
  type([x]) {
    requireFloat(x, "x");
    return [x];
  },
  gradient: (graph, { inputs: [x], attributes }, [dy]) => [graph.one(gelu_gradient, [x, dy], attributes)],
  evaluate: ([x], a) => [{ shape: x.shape, data: x.data.map((v) => activationValue(geluKind(a), v)) }],
});
