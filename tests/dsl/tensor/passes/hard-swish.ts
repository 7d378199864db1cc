/**
 * An op that no engine knows and no table contains, decomposed into simpler ones (Howard et al., 2019, arXiv
 * 1905.02244).
 */
import { defineOp } from "#dsl/tensor/op.js";
import { requireFloat } from "#dsl/tensor/shape.js";

export const hard_swish = defineOp({
  name: "hard_swish",
  doc: "x · min(max(x + 3, 0), 6) / 6.",
  inputs: ["x"],
  type([x]) {
    requireFloat(x, "x");
    return [x];
  },
  decompose: ([x]) => [x.multiply(x.add(3).maximum(0).minimum(6)).divide(6)],
  evaluate: ([x]) => [{ shape: x.shape, data: x.data.map((v) => (v * Math.min(Math.max(v + 3, 0), 6)) / 6) }],
});
