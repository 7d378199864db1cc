/**
 * How ops become ONNX's where the model leaves this house: by the standard's own ops alone, in the forms that runtimes know
 * and fuse by themselves.
 */
import type { Lowering, Lowerings } from "../lowering.js";
import { lowerings } from "../lower/table.js";
import { portableAttentionLowerings } from "./attention.js";
import { portableRopeLowerings } from "./rope.js";

/** x / √(mean of x² + ε), flat: the form that becomes one kernel where the runtime has one. */
function rootMeanSquare(l: Lowering, x: string, epsilon: number): string {
  const mean = l.reduce("ReduceMean", l.number("Pow", x, 2), [-1], true);
  return l.op("Sqrt", [l.number("Add", mean, epsilon)]);
}

export const portableLowerings: Lowerings = {
  ...lowerings,
  ...portableAttentionLowerings,
  ...portableRopeLowerings,
  // Alone: mean and deviation, which only gradients read, are outputs that not every runtime gives.
  layer_norm: (l, node) => {
    const [x, scale, bias] = node.inputs;
    const attributes = { axis: { int: -1 }, epsilon: { float: node.attributes.epsilon } };
    const normal = (): string => l.op("LayerNormalization", [l.flat(x), l.full(scale), l.full(bias)], attributes);
    return [() => l.fromFlat(node.types[0], normal()), ...lowerings.layer_norm!(l, node).slice(1)];
  },
  rms_norm: (l, node) => {
    const [x, scale] = node.inputs;
    const { epsilon, offset } = node.attributes;
    return [
      () => {
        const flat = l.flat(x);
        const factor = offset === 0 ? l.full(scale) : l.number("Add", l.full(scale), offset);
        const whole = l.op("Div", [flat, rootMeanSquare(l, flat, epsilon)]);
        return l.fromFlat(node.types[0], l.op("Mul", [whole, factor]));
      },
      () => {
        const inverse = l.op("Reciprocal", [rootMeanSquare(l, l.flat(x), epsilon)]);
        return { full: l.reshape(inverse, node.types[1].shape) };
      },
    ];
  },
  matmul: (l, node) => [
    () => {
      const side = (i: 0 | 1, turned: boolean | undefined): string => {
        const ref = node.inputs[i];
        if (!turned) return l.full(ref);
        const rank = l.typeOf(ref).shape.length;
        const order = Array.from({ length: rank }, (_, axis) => axis);
        return l.transpose(l.full(ref), [...order.slice(0, -2), rank - 1, rank - 2]);
      };
      return { full: l.op("MatMul", [side(0, node.attributes.transpose_a), side(1, node.attributes.transpose_b)]) };
    },
  ],
};
