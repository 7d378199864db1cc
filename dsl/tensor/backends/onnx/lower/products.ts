/** Matrix products, which take most of the time. Gemm accepts transposed inputs and adds the bias. */
import type { LinearActivationName } from "#dsl/tensor/ops/shared/activation.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Ref } from "#dsl/tensor/program.js";
import { opTable, type NodeOf } from "#dsl/tensor/table.js";
import type { NodeLowering, Lowerings, Lowering } from "../lowering.js";
import { smoothActivation } from "./activations.js";

/** Returns x · wᵀ (+ bias) for a weight [out, in]; a weight that is itself a transposition is used untransposed. */
export function lowerLinear(l: Lowering, x: string, weight: Ref, bias: Ref | undefined): string {
  const source = l.nodeOf(weight);
  const turned = isNodeOf(source, opTable.transpose);
  const w = turned ? l.full(source.inputs[0]) : l.full(weight);
  return l.gemm(x, w, bias && l.full(bias), { tb: !turned });
}

const ACTIVATIONS: Readonly<Record<LinearActivationName, (l: Lowering, x: string) => string>> = {
  relu: (l, x) => l.op("Relu", [x]),
  tanh: (l, x) => l.op("Tanh", [x]),
  sigmoid: (l, x) => l.op("Sigmoid", [x]),
  gelu: (l, x) => smoothActivation(l, x, "gelu"),
  gelu_tanh: (l, x) => smoothActivation(l, x, "gelu_tanh"),
};
function activated(l: Lowering, node: NodeOf<"linear">, x: string): string {
  const name = node.attributes.activation;
  return name === undefined ? x : ACTIVATIONS[name](l, x);
}

/** Returns weight + scale · b a; computed once for forward and backward. */
export function lowRankMerge(l: Lowering, [weight, a, b]: readonly [Ref, Ref, Ref], scale: number): string {
  return l.gemm(l.full(b), l.full(a), l.full(weight), { alpha: scale });
}

function matmul(l: Lowering, node: NodeOf<"matmul">): string {
  const [a, b] = node.inputs;
  const options = { ta: node.attributes.transpose_a, tb: node.attributes.transpose_b };
  const both = l.typeOf(a).shape.length === 2 && l.typeOf(b).shape.length === 2;
  return both ? l.gemm(l.full(a), l.full(b), undefined, options) : l.matmul(l.full(a), l.full(b), options);
}

/** Gemm requires matrices: a vector is reshaped to one row, and its result back to a vector. */
function rowwise(
  l: Lowering,
  node: NodeOf<"linear"> | NodeOf<"low_rank_linear">,
  make: (x: string) => string,
): ReturnType<NodeLowering> {
  const [x] = node.inputs;
  const type = node.types[0];
  if (type.shape.length > 1) return [() => l.fromFlat(type, make(l.flat(x)))];
  return [() => ({ full: l.reshape(make(l.reshape(l.full(x), [1, ...l.typeOf(x).shape])), type.shape) })];
}

export const matrixProductLowerings = {
  matmul: (l, node) => [() => ({ full: matmul(l, node) })],
  linear: (l, node) => rowwise(l, node, (x) => activated(l, node, lowerLinear(l, x, node.inputs[1], node.inputs[2]))),
  low_rank_linear: (l, node) =>
    rowwise(l, node, (x) => {
      const [, weight, a, b, bias] = node.inputs;
      const w = lowRankMerge(l, [weight, a, b], node.attributes.scale);
      return l.gemm(x, w, bias && l.full(bias), { tb: true });
    }),
  low_rank_merge: (l, node) => [() => ({ full: lowRankMerge(l, node.inputs, node.attributes.scale) })],
  outer_product: (l, node) => [
    () => {
      const rows = (ref: Ref): string => {
        const { shape } = l.typeOf(ref);
        return shape.length > 1 ? l.flat(ref) : l.reshape(l.full(ref), [1, ...shape]);
      };
      return { full: l.gemm(rows(node.inputs[0]), rows(node.inputs[1]), undefined, { ta: true }) };
    },
  ],
} satisfies Lowerings;
