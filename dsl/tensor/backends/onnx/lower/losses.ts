/** Softmax and cross-entropy. */
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { applyElementwise } from "../../shared/elementwise.js";

type CrossEntropy = NodeOf<"cross_entropy"> | NodeOf<"cross_entropy_gradient">;

const last = { axis: { int: -1 } };

/** Returns per row its label (0 if ignored) as [rows, 1], and its share of the loss, 0 if ignored. */
function rows(l: Lowering, node: CrossEntropy): { readonly label: string; readonly share: string } {
  const labels = l.op("Reshape", [l.full(node.inputs[1]), l.graph.longs([-1, 1])]);
  const ignored = l.op("Equal", [labels, l.graph.integer(node.attributes.ignore)]);
  const label = l.op("Where", [ignored, l.graph.integer(0), labels]);
  const weight = l.op("Where", [ignored, l.graph.float(0), l.graph.float(1)]);
  if (node.attributes.reduction === "sum") return { label, share: weight };
  const total = l.op("Max", [l.reduce("ReduceSum", weight, [0, 1], false), l.graph.float(1)]);
  return { label, share: l.op("Div", [weight, total]) };
}

export const lossLowerings = {
  softmax: (l, node) => [() => applyElementwise(l, node, ([x]) => l.op("Softmax", [x], last))],
  log_softmax: (l, node) => [() => applyElementwise(l, node, ([x]) => l.op("LogSoftmax", [x], last))],
  cross_entropy: (l, node) => [
    () => {
      const { label, share } = rows(l, node);
      const logarithm = l.op("LogSoftmax", [matrix(l, node)], last);
      const labelLogs = l.op("GatherElements", [logarithm, label], { axis: { int: 1 } });
      return { full: l.op("Neg", [l.reduce("ReduceSum", l.op("Mul", [labelLogs, share]), [0, 1], false)]) };
    },
  ],
  cross_entropy_gradient: (l, node) => [
    () => {
      const { label, share } = rows(l, node);
      const factor = l.op("Mul", [share, l.full(node.inputs[2])]);
      const spread = l.op("Mul", [l.op("Softmax", [matrix(l, node)], last), factor]);
      const type = node.types[0];
      const d = l.op("ScatterElements", [spread, label, l.op("Neg", [factor])], {
        axis: { int: 1 },
        reduction: { text: "add" },
      });
      return type.shape.length > 1 ? l.fromFlat(type, d) : { full: l.reshape(d, type.shape) };
    },
  ],
} satisfies Lowerings;

/** Returns the logits as [rows, classes]. */
function matrix(l: Lowering, node: CrossEntropy): string {
  const [logits] = node.inputs;
  const { shape } = l.typeOf(logits);
  return shape.length > 1 ? l.flat(logits) : l.reshape(l.full(logits), [1, ...shape]);
}
