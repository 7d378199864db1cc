/** Lowerings to ONNX for exported models: only standard ops, in the forms that runtimes recognize and fuse. */
import type { Lowering, Lowerings } from "../lowering.js";
import { lowerings } from "../lower/table.js";
import { portableAttentionLowerings } from "./attention.js";
import { portableRopeLowerings } from "./rope.js";

/** Returns x / √(mean of x² + ε), flat, in the form that runtimes fuse to one kernel. */
function rootMeanSquare(l: Lowering, x: string, epsilon: number): string {
  const mean = l.reduce("ReduceMean", l.number("Pow", x, 2), [-1], true);
  return l.op("Sqrt", [l.number("Add", mean, epsilon)]);
}

export const portableLowerings: Lowerings = {
  ...lowerings,
  ...portableAttentionLowerings,
  ...portableRopeLowerings,
  // Makes only the first output: not every runtime provides mean and deviation, which only gradients read.
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
