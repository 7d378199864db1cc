/** Matrix products, where most time is spent. Biases are added inside the product's kernel. */
import type { LinearActivationName } from "#dsl/tensor/ops/shared/activation.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Ref } from "#dsl/tensor/program.js";
import { opTable, type NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

/** A weight for a product; `turned` if the tensor is stored as [in, out] instead of [out, in]. */
export interface WeightOperand {
  readonly tensor: string;
  readonly turned: boolean;
}

/** Returns a weight [out, in] as a product operand, skipping transposes that the product can do itself. */
export function weightOperand(l: Lowering, weight: Ref): WeightOperand {
  const node = l.nodeOf(weight);
  if (isNodeOf(node, opTable.transpose)) {
    const { tensor, turned } = weightOperand(l, node.inputs[0]);
    return { tensor, turned: !turned };
  }
  if (isNodeOf(node, opTable.cast)) {
    const [from] = node.inputs;
    const { tensor, turned } = weightOperand(l, from);
    return { tensor: l.cast(tensor, l.dtypeOf(from), l.dtypeOf(weight)), turned };
  }
  if (isNodeOf(node, opTable.low_rank_merge)) return lowRankMerge(l, node.inputs, node.attributes.scale);
  return { tensor: l.full(weight), turned: false };
}

/**
 * Reports whether x has one position per row, as in generation: then transposing a weight costs more than the product.
 */
export function isSinglePosition(l: Lowering, x: Ref): boolean {
  const { shape } = l.typeOf(x);
  return shape.length === 3 && shape[1] === 1;
}

/** x · wᵀ (+ bias) for a weight [out, in]. */
function linear(
  l: Lowering,
  given: Ref,
  weight: Ref,
  bias: Ref | undefined,
  options: { readonly activation?: LinearActivationName | undefined; readonly joined?: FusedLinear } = {},
): string {
  const x = l.flat(given);
  const { tensor, turned } = weightOperand(l, weight);
  const [out, size] = l.typeOf(weight).shape as [number, number];
  // oneDNN is 20 % slower with a transposed weight where the layer narrows; transposing the weight costs far less.
  const turn = !turned && size > 2 * out && size % 64 === 0 && !isSinglePosition(l, given);
  const w = turn ? l.transpose(tensor, [1, 0]) : tensor;
  const transposed = !turned && !turn;
  if (!bias) return l.product(x, w, { tb: transposed });
  return (options.joined ?? fusedLinear)(l, x, w, l.full(bias), transposed, options.activation);
}

/** Computes x · w (wᵀ if `transposed`) + bias, with an optional activation. */
export type FusedLinear = typeof fusedLinear;

/** The kernel's names for the activations of `linear`. */
const POST: Readonly<Record<LinearActivationName, string>> = {
  relu: "Relu",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  gelu: "GeluExact",
  gelu_tanh: "GeluApproximate",
};

export function fusedLinear(
  l: Lowering,
  x: string,
  w: string,
  bias: string,
  transposed: boolean,
  activation?: LinearActivationName,
): string {
  return l.graph.node("_FusedMatMul", [x, w, bias], {
    T: { type: l.graph.typeOf(x) },
    transpose_a: { bool: false },
    transpose_b: { bool: transposed },
    num_args: { int: 1 },
    epsilon: { float: 0 },
    leakyrelu_alpha: { float: 0.2 },
    fused_ops: { texts: ["BiasAdd", ...(activation ? [POST[activation]] : [])] },
  });
}

/** Weight + scale · b a, computed once for forward and backward. */
export function lowRankMerge(l: Lowering, [weight, a, b]: readonly [Ref, Ref, Ref], scale: number): WeightOperand {
  const { tensor, turned } = weightOperand(l, weight);
  const update = turned ? l.product(l.full(a), l.full(b), { ta: true, tb: true }) : l.product(l.full(b), l.full(a));
  return { tensor: l.op("AddV2", [tensor, l.op("Mul", [update, l.graph.float(scale)])]), turned };
}

/** Computes x · wᵀ + scale · (x aᵀ) bᵀ, without changing the weights. */
function beside(
  l: Lowering,
  { inputs: [x, weight, a, b, bias] }: NodeOf<"low_rank_linear">,
  scale: number,
  joined: FusedLinear,
): string {
  const low = l.product(l.product(l.flat(x), l.full(a), { tb: true }), l.full(b), { tb: true });
  return l.op("AddV2", [linear(l, x, weight, bias, { joined }), l.op("Mul", [low, l.graph.float(scale)])]);
}

function matmul(l: Lowering, node: NodeOf<"matmul">): string {
  const [a, b] = node.inputs;
  const options = { ta: node.attributes.transpose_a, tb: node.attributes.transpose_b };
  const both = l.typeOf(a).shape.length === 2 && l.typeOf(b).shape.length === 2;
  return both ? l.product(l.full(a), l.full(b), options) : l.batchProduct(l.full(a), l.full(b), options);
}

/** Lowerings of linear layers, with the given function for product, bias and activation in one. */
export const linearLowerings = (joined: FusedLinear) =>
  ({
    linear: (l, node) => [
      () => {
        const [x, weight, bias] = node.inputs;
        const y = linear(l, x, weight, bias, { activation: node.attributes.activation, joined });
        return node.types[0].shape.length > 2 ? { flat: y } : { full: y };
      },
    ],
    low_rank_linear: (l, node) => [
      () => {
        const [x, weight, a, b, bias] = node.inputs;
        const scale = node.attributes.scale;
        if (isSinglePosition(l, x)) return { flat: beside(l, node, scale, joined) };
        const w = lowRankMerge(l, [weight, a, b], scale);
        const [rows, tb] = [l.flat(x), !w.turned];
        const y = bias ? joined(l, rows, w.tensor, l.full(bias), tb) : l.product(rows, w.tensor, { tb });
        return node.types[0].shape.length > 2 ? { flat: y } : { full: y };
      },
    ],
  }) satisfies Lowerings;

export const productLowerings = {
  matmul: (l, node) => [() => ({ full: matmul(l, node) })],
  ...linearLowerings(fusedLinear),
  low_rank_merge: (l, node) => [
    () => {
      const { tensor, turned } = lowRankMerge(l, node.inputs, node.attributes.scale);
      return { full: turned ? l.transpose(tensor, [1, 0]) : tensor };
    },
  ],
  outer_product: (l, node) => [
    () => ({ full: l.product(l.flat(node.inputs[0]), l.flat(node.inputs[1]), { ta: true }) }),
  ],
} satisfies Lowerings;
