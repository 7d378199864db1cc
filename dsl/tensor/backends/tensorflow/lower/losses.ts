/** Lowerings of softmax and cross-entropy. */
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering, LoweredValue } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";

type CrossEntropy = NodeOf<"cross_entropy"> | NodeOf<"cross_entropy_gradient">;

/**
 * Per row: the loss, its gradient over the logits, and the row's weight: 1/rows counted (1 for summed losses), 0 if
 * ignored.
 */
function rows(
  l: Lowering,
  node: CrossEntropy,
): { readonly loss: string; readonly slope: string; readonly share: string } {
  const { graph } = l;
  const [logits, labels] = node.inputs;
  const flatLabels = l.reshape(l.full(labels), graph.integers([-1]), "i32");
  const ignore = graph.integer(node.attributes.ignore);
  const counts = graph.node("NotEqual", [flatLabels, ignore], {
    T: { type: "i32" },
    incompatible_shape_error: { bool: true },
  });
  const safe = l.op("SelectV2", [counts, flatLabels, graph.integer(0)], "i32");
  const both = graph.node("SparseSoftmaxCrossEntropyWithLogits", [l.flat(logits), safe], {
    T: { type: "f32" },
    Tlabels: { type: "i32" },
  });
  const weight = l.cast(counts, "bool", "f32");
  if (node.attributes.reduction === "sum") return { loss: both, slope: `${both}:1`, share: weight };
  const total = l.op("Maximum", [l.reduce("Sum", weight, [0], false), graph.float(1)]);
  return { loss: both, slope: `${both}:1`, share: l.op("RealDiv", [weight, total]) };
}
function flatLike(node: NodeOf<"cross_entropy_gradient">, tensor: string): LoweredValue {
  return node.types[0].shape.length > 2 ? { flat: tensor } : { full: tensor };
}

export const lossLowerings = {
  softmax: (l, node) => [() => applyElementwise(l, node, ([x]) => l.op("Softmax", [x]))],
  log_softmax: (l, node) => [
    () => applyElementwise(l, node, ([x]) => l.graph.node("LogSoftmax", [x], { T: { type: "f32" } })),
  ],
  cross_entropy: (l, node) => [
    () => {
      const { loss, share } = rows(l, node);
      return { full: l.reduce("Sum", l.op("Mul", [loss, share]), [0], false) };
    },
  ],
  cross_entropy_gradient: (l, node) => [
    () => {
      const { slope, share } = rows(l, node);
      const factor = l.reshape(l.op("Mul", [share, l.full(node.inputs[2])]), l.graph.integers([-1, 1]));
      return flatLike(node, l.op("Mul", [slope, factor]));
    },
  ],
} satisfies Lowerings;
