/** Attention as batched products over heads: [batch, heads, length, size], softmax over flat rows of keys. */
import { attentionAttributes, HIDDEN } from "#dsl/graph/heads.js";
import type { Node, Ref } from "#dsl/graph/program.js";
import type { Lower, Lowering } from "../lowering.js";
import { keepMask } from "./random.js";

/** [batch, length, heads × size] → [batch, heads, length, size]. */
function split(l: Lowering, ref: Ref, heads: number): string {
  const [batch, length, hidden] = l.typeOf(ref).shape;
  const shape = l.shape([batch!, length!, heads, (hidden as number) / heads]);
  const source = l.prefersFlat(ref) ? l.flat(ref) : l.full(ref);
  return l.transpose(l.reshape(source, shape), [0, 2, 1, 3]);
}
/** The way back, flat. */
function join(l: Lowering, x: string, hidden: number): string {
  return l.reshape(l.transpose(x, [0, 2, 1, 3]), l.graph.integers([-1, hidden]));
}

/** Probabilities [batch, heads, length, keys] of the attention node. */
function probabilities(l: Lowering, node: Node): string {
  const [q, k, , mask] = node.inputs;
  const { heads, scale } = attentionAttributes(node.attributes);
  const scaled = l.op("Mul", [split(l, q!, heads), l.graph.float(scale)]);
  const scores = l.batchProduct(scaled, split(l, k!, heads), { tb: true });
  const hidden = l.typeOf(mask!).shape.length ? hide(l, mask!, scores) : scores;
  return l.op("Softmax", [hidden]);
}
function hide(l: Lowering, mask: Ref, scores: string): string {
  const [batch, keys] = l.typeOf(mask).shape;
  const gap = l.op("Sub", [l.cast(l.full(mask), "i32", "f32"), l.graph.float(1)]);
  const bias = l.op("Mul", [gap, l.graph.float(-HIDDEN)]);
  return l.op("AddV2", [scores, l.reshape(bias, l.shape([batch!, 1, 1, keys!]))]);
}
/** Dropout's scaled mask over probabilities, or none. */
function keep(l: Lowering, node: Node, p: Ref | undefined, step: Ref | undefined): string | undefined {
  if (!attentionAttributes(node.attributes).rate) return undefined;
  const type = p ? l.typeOf(p) : node.types[1]!;
  const mask = keepMask(l, node.attributes, l.full(step!), l.rows(type), l.size(type.shape.at(-1)!));
  return l.reshape(mask, l.shape(type.shape));
}
function dropped(l: Lowering, x: string, mask: string | undefined): string {
  return mask === undefined ? x : l.op("Mul", [x, mask]);
}

export const attention: Readonly<Record<string, Lower>> = {
  attention: (l, node) => {
    const { heads } = attentionAttributes(node.attributes);
    const [, , v, , step] = node.inputs;
    const hidden = node.types[0]!.shape[2] as number;
    return [
      () => {
        const weights = dropped(l, probabilities(l, node), keep(l, node, undefined, step));
        return { flat: join(l, l.batchProduct(weights, split(l, v!, heads)), hidden) };
      },
      () => ({ full: probabilities(l, node) }),
    ];
  },
  attention_gradient: (l, node) => {
    const [q, k, v, p, dy, step] = node.inputs;
    const { heads, scale } = attentionAttributes(node.attributes);
    const hidden = l.typeOf(q!).shape[2] as number;
    const out = (x: string): { flat: string } => ({ flat: join(l, x, hidden) });
    const scores = (): string => {
      const dp = dropped(
        l,
        l.batchProduct(split(l, dy!, heads), split(l, v!, heads), { tb: true }),
        keep(l, node, p, step),
      );
      const weighted = l.op("Mul", [dp, l.full(p!)]);
      const mean = l.reduce("Sum", weighted, [3], true);
      return l.op("Sub", [weighted, l.op("Mul", [l.full(p!), mean])]);
    };
    const scaled = (ref: Ref): string => l.op("Mul", [split(l, ref, heads), l.graph.float(scale)]);
    return [
      () => out(l.batchProduct(scores(), scaled(k!))),
      () => out(l.batchProduct(scores(), scaled(q!), { ta: true })),
      () => out(l.batchProduct(dropped(l, l.full(p!), keep(l, node, p, step)), split(l, dy!, heads), { ta: true })),
    ];
  },
};
