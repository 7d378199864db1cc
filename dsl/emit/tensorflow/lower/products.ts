/** Matrix products: where the time goes. Biases are added inside the product's kernel. */
import type { Node, Ref } from "#dsl/graph/program.js";
import type { Lower, Lowering } from "../lowering.js";

/** x · wᵀ (+ bias) for a weight [out, in]; a weight that is itself a transposition is taken untransposed. */
function linear(l: Lowering, x: string, weight: Ref, bias: Ref | undefined, activation?: string): string {
  const source = l.nodeOf(weight);
  const turned = source.op === "transpose";
  const [out, size] = l.typeOf(weight).shape as [number, number];
  // oneDNN's product with a transposed weight loses a fifth where it narrows; turning the weight costs far less.
  const turn = !turned && size > 2 * out && size % 64 === 0;
  const w = turned ? l.full(source.inputs[0]!) : turn ? l.transpose(l.full(weight), [1, 0]) : l.full(weight);
  const transposed = !turned && !turn;
  if (!bias) return l.product(x, w, { tb: transposed });
  return fused(l, x, w, l.full(bias), transposed, activation);
}

export function fused(
  l: Lowering,
  x: string,
  w: string,
  bias: string,
  transposed: boolean,
  activation?: string,
): string {
  return l.graph.node("_FusedMatMul", [x, w, bias], {
    T: { type: "f32" },
    transpose_a: { bool: false },
    transpose_b: { bool: transposed },
    num_args: { int: 1 },
    epsilon: { float: 0 },
    leakyrelu_alpha: { float: 0.2 },
    fused_ops: { texts: ["BiasAdd", ...(activation ? [activation] : [])] },
  });
}

/** Weight + scale · b a; made once for forward and backward. */
export function merge(l: Lowering, [weight, a, b]: readonly Ref[], scale: number): string {
  const update = l.product(l.full(b!), l.full(a!));
  return l.op("AddV2", [l.full(weight!), l.op("Mul", [update, l.graph.float(scale)])]);
}

function matmul(l: Lowering, node: Node): string {
  const [a, b] = node.inputs;
  const o = { ta: node.attributes["transpose_a"] === true, tb: node.attributes["transpose_b"] === true };
  const both = l.typeOf(a!).shape.length === 2 && l.typeOf(b!).shape.length === 2;
  return both ? l.product(l.full(a!), l.full(b!), o) : l.batchProduct(l.full(a!), l.full(b!), o);
}

export const products: Readonly<Record<string, Lower>> = {
  matmul: (l, node) => [() => ({ full: matmul(l, node) })],
  linear: (l, node) => [
    () => {
      const [x, weight, bias] = node.inputs;
      const y = linear(l, l.flat(x!), weight!, bias);
      return node.types[0]!.shape.length > 2 ? { flat: y } : { full: y };
    },
  ],
  low_rank_linear: (l, node) => [
    () => {
      const [x, weight, a, b, bias] = node.inputs;
      const w = merge(l, [weight!, a!, b!], node.attributes["scale"] as number);
      const y = bias ? fused(l, l.flat(x!), w, l.full(bias), true) : l.product(l.flat(x!), w, { tb: true });
      return node.types[0]!.shape.length > 2 ? { flat: y } : { full: y };
    },
  ],
  low_rank_merge: (l, node) => [() => ({ full: merge(l, node.inputs, node.attributes["scale"] as number) })],
  outer_product: (l, node) => [
    () => ({ full: l.product(l.flat(node.inputs[0]!), l.flat(node.inputs[1]!), { ta: true }) }),
  ],
};
