/**
 * Attention as batched products over [batch, key-value heads, group × length, size]: the query heads that share a
 * key-value head are its rows, so k and v are never repeated. For the softmax, scores are [batch, heads, length, keys],
 * a view of the same memory.
 */
import {
  withAttentionDefaults,
  attentionGradientInputs,
  attentionInputs,
  HIDDEN_KEY_SCORE,
} from "#dsl/tensor/ops/shared/heads.js";
import type { Dimension, Ref } from "#dsl/tensor/program.js";
import { AttentionHeadSizes } from "../../shared/attention.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { rangeUpTo, scaledDropoutMask } from "./random.js";

/** Shapes and transformations of one attention's heads. */
class Cut extends AttentionHeadSizes<Lowering> {
  /** [batch, keys, kv × size] → [batch, kv, keys, size]. */
  keyHeads(ref: Ref): string {
    return this.split(ref, this.keys, this.a.key_value_heads);
  }
  /** [batch, length, heads × size] → [batch, kv, group × length, size]. */
  queryHeads(ref: Ref): string {
    return this.grouped(this.split(ref, this.length, this.a.heads), this.size);
  }
  private split(ref: Ref, length: Dimension, heads: number): string {
    const { l } = this;
    return l.transpose(l.reshape(l.any(ref), [this.batch, length, heads, this.size]), [0, 2, 1, 3]);
  }
  /** [batch, heads, length, n] → [batch, kv, group × length, n], and back. */
  grouped(x: string, n: Dimension = this.keys): string {
    const { l, a } = this;
    if (this.group === 1) return x;
    const rows = l.op("Mul", [l.size(this.length), l.graph.longs([this.group])]);
    return l.op("Reshape", [x, l.join([l.size(this.batch), l.size(a.key_value_heads), rows, l.size(n)])]);
  }
  ungrouped(x: string, n: Dimension = this.keys): string {
    return this.group === 1 ? x : this.l.reshape(x, [this.batch, this.a.heads, this.length, n]);
  }
  /** tanh(score / cap), [batch, heads, length, keys]. */
  bent(q: Ref, k: Ref): string {
    const { l, a } = this;
    const products = l.matmul(this.queryHeads(q), this.keyHeads(k), { tb: true, alpha: a.scale / a.cap });
    return l.op("Tanh", [this.ungrouped(products)]);
  }
  scores(q: Ref, k: Ref): string {
    const { l, a } = this;
    if (a.cap) return l.op("Mul", [this.bent(q, k), l.graph.float(a.cap)]);
    return this.ungrouped(l.matmul(this.queryHeads(q), this.keyHeads(k), { tb: true, alpha: a.scale }));
  }
  /** Returns the gradient of the scores before the soft cap. */
  sloped(dscores: string, q: Ref, k: Ref): string {
    const { l, a } = this;
    if (!a.cap) return dscores;
    const t = this.bent(q, k);
    return l.op("Sub", [dscores, l.op("Mul", [dscores, l.op("Mul", [t, t])])]);
  }
  /** Merges heads to the flat form: [batch × length, heads × size], or of the keys. */
  joinQueries(x: string): string {
    const { l, a } = this;
    return l.flatten(l.transpose(this.ungrouped(x, this.size), [0, 2, 1, 3]), a.heads * this.size);
  }
  joinKeys(x: string): string {
    const { l, a } = this;
    return l.flatten(l.transpose(x, [0, 2, 1, 3]), a.key_value_heads * this.size);
  }
  /** Returns x times dropout's scaled mask over probabilities. */
  dropped(x: string, step: Ref | undefined): string {
    const { l, a } = this;
    if (!a.rate) return x;
    const shape = [this.batch, a.heads, this.length, this.keys];
    const mask = scaledDropoutMask(l, a, l.full(step!), this.counted(l.typeOf(step!).shape.length > 0), this.keys);
    return l.op("Mul", [x, l.reshape(mask, shape)]);
  }
  /**
   * Returns the row numbers of [batch, heads, length] for dropout (`counted` in tensor/ops/shared/heads.ts); for a
   * single batch row if `apart`.
   */
  private counted(apart: boolean): string {
    const { l, a } = this;
    const leading = apart ? [] : [this.batch];
    const whole = rangeUpTo(l, [...leading, this.length, a.heads]);
    // Numbered with positions before heads, laid out with heads before positions.
    const turned = l.transpose(l.reshape(whole, [...(apart ? [1] : leading), this.length, a.heads]), [0, 2, 1]);
    return l.op("Reshape", [turned, l.graph.longs([-1])]);
  }
}

/** Returns the bias that masks scores, broadcast to [batch, heads, length, keys]; the layers of a model share it. */
export function attentionMaskBias(
  l: Lowering,
  node: NodeOf<"attention">,
  cut: AttentionHeadSizes<Lowering>,
): string | undefined {
  const { a, batch, length, keys } = cut;
  const { mask, segments, bias, offset } = attentionInputs(node.inputs, a);
  const { graph } = l;
  /** Conditions under which a key is masked. */
  const unseen: string[] = [];
  if (a.causal || a.window) {
    const rows = l.op("Reshape", [l.range(length), graph.longs([-1, 1])]);
    const back = l.op("Sub", [offset ? l.op("Add", [rows, l.full(offset)]) : rows, l.range(keys)]);
    if (a.causal) unseen.push(l.op("Less", [back, graph.integer(0)]));
    if (a.window) unseen.push(l.op("Greater", [a.causal ? back : l.op("Abs", [back]), graph.integer(a.window - 1)]));
  }
  if (segments) {
    const segmentsAs = (shape: readonly Dimension[]): string => l.reshape(l.full(segments), shape);
    unseen.push(l.op("Not", [l.op("Equal", [segmentsAs([batch, 1, length, 1]), segmentsAs([batch, 1, 1, keys])])]));
  }
  if (l.typeOf(mask).shape.length)
    unseen.push(l.op("Equal", [l.reshape(l.full(mask), [batch, 1, 1, keys]), graph.integer(0)]));
  const added = bias && l.full(bias);
  if (unseen.length === 0) return added;
  const any = unseen.reduce((x, y) => l.op("Or", [x, y]));
  const gap = l.op("Where", [any, graph.float(HIDDEN_KEY_SCORE), graph.float(0)]);
  return added === undefined ? gap : l.op("Add", [gap, added]);
}

/** Returns the probabilities [batch, heads, length, keys] of the attention node. */
function probabilities(l: Lowering, node: NodeOf<"attention">, cut: Cut): string {
  const { q, k } = attentionInputs(node.inputs, cut.a);
  const heads = cut.scores(q, k);
  const gap = attentionMaskBias(l, node, cut);
  return l.op("Softmax", [gap === undefined ? heads : l.op("Add", [heads, gap])], { axis: { int: -1 } });
}

export const attentionLowerings = {
  attention: (l, node) => {
    const { q, k, v, step } = attentionInputs(node.inputs, withAttentionDefaults(node.attributes));
    const cut = new Cut(l, node, q, k);
    return [
      () => {
        const weights = cut.dropped(probabilities(l, node, cut), step);
        return { flat: cut.joinQueries(l.matmul(cut.grouped(weights), cut.keyHeads(v))) };
      },
      () => ({ full: probabilities(l, node, cut) }),
    ];
  },
  attention_gradient: (l, node) => {
    const { q, k, v, probabilities: p, context, dcontext, step } = attentionGradientInputs(node.inputs);
    const cut = new Cut(l, node, q, k);
    const alpha = cut.a.scale;
    const dscores = (): string => {
      const dp = cut.ungrouped(l.matmul(cut.queryHeads(dcontext), cut.keyHeads(v), { tb: true }));
      const both = l.op("Mul", [cut.queryHeads(dcontext), cut.queryHeads(context)]);
      const mean = cut.ungrouped(l.reduce("ReduceSum", both, [3], true), 1);
      return l.op("Mul", [l.full(p), l.op("Sub", [cut.dropped(dp, step), mean])]);
    };
    const sloped = (): string => cut.grouped(cut.sloped(dscores(), q, k));
    return [
      () => ({ flat: cut.joinQueries(l.matmul(sloped(), cut.keyHeads(k), { alpha })) }),
      () => ({ flat: cut.joinKeys(l.matmul(sloped(), cut.queryHeads(q), { ta: true, alpha })) }),
      () => {
        const weights = cut.grouped(cut.dropped(l.full(p), step));
        return { flat: cut.joinKeys(l.matmul(weights, cut.queryHeads(dcontext), { ta: true })) };
      },
      () => ({ full: dscores() }),
    ];
  },
} satisfies Lowerings;
