/**
 * Layer and root-mean-square normalization over the last axis of the flat form: the runtime's own kernel forward, row
 * products backward.
 */
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Ref } from "#dsl/tensor/program.js";
import { opTable, type NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { columnSums } from "./reductions.js";

/** Returns y, mean [rows, 1] and 1/√(variance + ε) [rows, 1] of a layer_norm node. */
function normalise(l: Lowering, node: NodeOf<"layer_norm">): readonly string[] {
  const [x, scale, bias] = node.inputs;
  return l.graph.nodeAll("LayerNormalization", [l.flat(x), l.full(scale), l.full(bias)], {
    attributes: { axis: { int: -1 }, epsilon: { float: node.attributes.epsilon } },
    outputs: 3,
  });
}
/** Returns mean and inverse deviation as columns, from the norm node itself if they are its outputs. */
function moments(l: Lowering, node: NodeOf<"layer_norm_gradient">): readonly [mean: string, inverse: string] {
  const [, , mean, variance] = node.inputs;
  const norm = l.nodeOf(mean);
  if (isNodeOf(norm, opTable.layer_norm) && l.nodeOf(variance) === norm) {
    const [, m, inverse] = normalise(l, norm);
    return [m!, inverse!];
  }
  const column = (ref: Ref): string => l.op("Reshape", [l.full(ref), l.graph.longs([-1, 1])]);
  const shifted = l.number("Add", column(variance), node.attributes.epsilon);
  return [column(mean), l.op("Reciprocal", [l.op("Sqrt", [shifted])])];
}

type RmsNorm = NodeOf<"rms_norm"> | NodeOf<"rms_norm_gradient">;
/** Returns the factor of rms_norm: the scale plus the offset. */
function factor(l: Lowering, node: RmsNorm): string {
  const offset = node.attributes.offset;
  const scale = l.full(node.inputs[1]);
  return offset === 0 ? scale : l.number("Add", scale, offset);
}

export const normLowerings = {
  layer_norm: (l, node) => {
    const rows = node.types[1]!.shape;
    const epsilon = node.attributes.epsilon;
    return [
      () => l.fromFlat(node.types[0], normalise(l, node)[0]!),
      () => ({ full: l.reshape(normalise(l, node)[1]!, rows) }),
      () => {
        const inverse = normalise(l, node)[2]!;
        const variance = l.number("Sub", l.op("Reciprocal", [l.op("Mul", [inverse, inverse])]), epsilon);
        return { full: l.reshape(variance, rows) };
      },
    ];
  },
  rms_norm: (l, node) => [
    () => {
      const y = l.op("SimplifiedLayerNormalization", [l.flat(node.inputs[0]), factor(l, node)], {
        axis: { int: -1 },
        epsilon: { float: node.attributes.epsilon },
      });
      return l.fromFlat(node.types[0], y);
    },
    // The kernel also has this output, but not on every provider.
    () => {
      const x = l.flat(node.inputs[0]);
      const n = node.types[0].shape.at(-1) as number;
      const share = l.graph.constant("f32", [n, 1], new Uint8Array(new Float32Array(n).fill(1 / n).buffer));
      const square = l.op("MatMul", [l.op("Mul", [x, x]), share]);
      const shifted = l.number("Add", square, node.attributes.epsilon);
      return { full: l.reshape(l.op("Reciprocal", [l.op("Sqrt", [shifted])]), node.types[1]!.shape) };
    },
  ],
  rms_norm_gradient: (l, node) => {
    const [x, , inverse, dy] = node.inputs;
    const type = l.typeOf(x);
    const n = type.shape.at(-1) as number;
    const wide = (ref: Ref): string => (type.shape.length > 1 ? l.flat(ref) : l.reshape(l.full(ref), [1, n]));
    const column = (): string => l.op("Reshape", [l.full(inverse), l.graph.longs([-1, 1])]);
    const hat = (): string => l.op("Mul", [wide(x), column()]);
    const share = (): string => l.op("Mul", [wide(dy), hat()]);
    return [
      () => {
        const mean = l.reshape(l.number("Mul", factor(l, node), 1 / n), [n, 1]);
        const slope = l.op("Mul", [hat(), l.matmul(share(), mean)]);
        const centred = l.op("Sub", [l.op("Mul", [wide(dy), factor(l, node)]), slope]);
        const dx = l.op("Mul", [centred, column()]);
        return type.shape.length > 1 ? l.fromFlat(type, dx) : { full: l.reshape(dx, [n]) };
      },
      () => ({ full: columnSums(l, share(), type.shape.length > 1 ? l.rows(type) : l.graph.longs([1]), n) }),
    ];
  },
  layer_norm_gradient: (l, node) => {
    const [x, scale, , , dy] = node.inputs;
    const type = l.typeOf(x);
    const n = type.shape.at(-1) as number;
    const rows = type.shape.length > 1 ? l.rows(type) : l.graph.longs([1]);
    const wide = (ref: Ref): string => (type.shape.length > 1 ? l.flat(ref) : l.reshape(l.full(ref), [1, n]));
    const hat = (): string => {
      const [mean, inverse] = moments(l, node);
      return l.op("Mul", [l.op("Sub", [wide(x), mean]), inverse]);
    };
    const share = (): string => l.op("Mul", [wide(dy), hat()]);
    return [
      () => {
        const [, inverse] = moments(l, node);
        const mean = l.reshape(l.number("Mul", l.full(scale), 1 / n), [n, 1]);
        const slope = l.op("Mul", [hat(), l.matmul(share(), mean)]);
        const g = l.op("Mul", [wide(dy), l.full(scale)]);
        const centred = l.op("Sub", [l.op("Sub", [g, slope]), l.matmul(wide(dy), mean)]);
        const dx = l.op("Mul", [centred, inverse]);
        return type.shape.length > 1 ? l.fromFlat(type, dx) : { full: l.reshape(dx, [n]) };
      },
      () => ({ full: columnSums(l, share(), rows, n) }),
      () => ({ full: columnSums(l, wide(dy), rows, n) }),
    ];
  },
} satisfies Lowerings;
