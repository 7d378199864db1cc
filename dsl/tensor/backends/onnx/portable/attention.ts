/**
 * Attention with standard ops only: scores and values as plain products over [batch, key-value heads, group × length,
 * size]. Keys that are passed in and out split by heads (layerBuilderWithPastKeyValues) are also joined in this layout. The program's
 * transpositions cancel out, so past keys are copied once and not transposed.
 */
import { withAttentionDefaults, attentionInputs } from "#dsl/tensor/ops/shared/heads.js";
import { isNodeOf } from "#dsl/tensor/op.js";
import type { Dimension, Ref } from "#dsl/tensor/program.js";
import { opTable } from "#dsl/tensor/table.js";
import { AttentionHeadSizes } from "../../shared/attention.js";
import { attentionMaskBias } from "../lower/attention.js";
import type { Lowering, Lowerings } from "../lowering.js";

/** Returns [batch, keys, heads × size] of a program as [batch, heads, keys, size]. */
export function splitHeads(l: Lowering, ref: Ref, heads: number): string {
  const node = l.nodeOf(ref);
  const [batch, keys, width] = l.typeOf(ref).shape as [Dimension, Dimension, number];
  const size = width / heads;
  if (isNodeOf(node, opTable.concat) && node.attributes.axis === 1)
    return l.op(
      "Concat",
      node.inputs.map((part) => splitHeads(l, part, heads)),
      { axis: { int: 2 } },
    );
  const turned = isNodeOf(node, opTable.reshape) ? l.nodeOf(node.inputs[0]) : undefined;
  if (turned && isNodeOf(turned, opTable.transpose) && turned.attributes.order.join() === "0,2,1,3") {
    const { shape } = l.typeOf(turned.inputs[0]);
    if (shape[1] === heads && shape[3] === size) return l.full(turned.inputs[0]);
  }
  return l.transpose(l.reshape(l.any(ref), [batch, keys, heads, size]), [0, 2, 1, 3]);
}

/** Shapes and transformations of one attention's heads; 0 in a shape copies the input's size. */
class Cut extends AttentionHeadSizes<Lowering> {
  /** Reshapes [batch, heads, length, n] to [batch, kv, group × length, n], and back. */
  grouped(x: string): string {
    const { l, a, group } = this;
    return group === 1 ? x : l.op("Reshape", [x, l.graph.longs([0, a.key_value_heads, -1, 0])]);
  }
  ungrouped(x: string): string {
    const { l, a, group } = this;
    return group === 1 ? x : l.op("Reshape", [x, l.graph.longs([0, a.heads, -1, 0])]);
  }
  /** [batch, heads, length, keys]. */
  scores(q: Ref, k: Ref): string {
    const { l, a } = this;
    const queries = l.number("Mul", this.grouped(splitHeads(l, q, a.heads)), a.cap ? a.scale / a.cap : a.scale);
    const products = this.ungrouped(
      l.op("MatMul", [queries, l.transpose(splitHeads(l, k, a.key_value_heads), [0, 1, 3, 2])]),
    );
    return a.cap ? l.number("Mul", l.op("Tanh", [products]), a.cap) : products;
  }
}

export const portableAttentionLowerings = {
  attention: (l, node) => {
    const { q, k, v } = attentionInputs(node.inputs, withAttentionDefaults(node.attributes));
    const cut = new Cut(l, node, q, k);
    const probabilities = (): string => {
      const scores = cut.scores(q, k);
      const gap = attentionMaskBias(l, node, cut);
      return l.op("Softmax", [gap === undefined ? scores : l.op("Add", [scores, gap])], { axis: { int: -1 } });
    };
    return [
      () => {
        const seen = l.op("MatMul", [cut.grouped(probabilities()), splitHeads(l, v, cut.a.key_value_heads)]);
        return { flat: l.flatten(l.transpose(cut.ungrouped(seen), [0, 2, 1, 3]), cut.a.heads * cut.size) };
      },
      () => ({ full: probabilities() }),
    ];
  },
  transpose: (l, node) => [
    () => {
      const [x] = node.inputs;
      const order = node.attributes.order;
      const apart = l.nodeOf(x);
      const heads = node.types[0].shape[1];
      if (order.join() === "0,2,1,3" && isNodeOf(apart, opTable.reshape) && typeof heads === "number") {
        const [from] = apart.inputs;
        if (l.typeOf(from).shape.length === 3) return { full: splitHeads(l, from, heads) };
      }
      return { full: l.transpose(l.full(x), order) };
    },
  ],
} satisfies Lowerings;
