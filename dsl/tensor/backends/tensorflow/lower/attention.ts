/**
 * Attention as batched products over [batch, key-value heads, group × length, size]. The query heads that share a
 * key-value head are stacked along its rows, so k and v are never repeated. The softmax sees the scores as [batch,
 * heads, length, keys], which is the same memory.
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
import { rangeUpTo, dropoutKeepMask } from "./random.js";

/** Splits one attention into heads. */
class Cut extends AttentionHeadSizes<Lowering> {
  /** Reshapes [batch, keys, kv × size] to [batch, kv, keys, size]. */
  keyHeads(ref: Ref): string {
    return this.split(ref, this.keys, this.a.key_value_heads);
  }
  /** Reshapes [batch, length, heads × size] to [batch, kv, group × length, size]. */
  queryHeads(ref: Ref): string {
    const { l, a, group } = this;
    const heads = this.split(ref, this.length, a.heads);
    if (group === 1) return heads;
    return l.reshape(heads, l.shape([this.batch, a.key_value_heads, "", this.size]));
  }
  private split(ref: Ref, length: Dimension, heads: number): string {
    const { l } = this;
    const source = l.prefersFlat(ref) ? l.flat(ref) : l.full(ref);
    return l.transpose(l.reshape(source, l.shape([this.batch, length, heads, this.size])), [0, 2, 1, 3]);
  }
  scaledQueries(ref: Ref): string {
    return this.l.op("Mul", [this.queryHeads(ref), this.l.graph.float(this.a.scale)]);
  }
  /** Scores before the soft cap, [batch, heads, length, keys]. */
  products(q: Ref, k: Ref): string {
    return this.ungrouped(this.l.batchProduct(this.scaledQueries(q), this.keyHeads(k), { tb: true }));
  }
  /** tanh(score / cap). */
  bent(q: Ref, k: Ref): string {
    const { l, a } = this;
    return l.op("Tanh", [l.op("Mul", [this.products(q, k), l.graph.float(1 / a.cap)])]);
  }
  scores(q: Ref, k: Ref): string {
    const { l, a } = this;
    return a.cap ? l.op("Mul", [this.bent(q, k), l.graph.float(a.cap)]) : this.products(q, k);
  }
  /** Gradient of the scores before the soft cap, given that of the capped scores; q and k get it. */
  sloped(dscores: string, q: Ref, k: Ref): string {
    const { l, a } = this;
    if (!a.cap) return dscores;
    const t = this.bent(q, k);
    return l.op("Sub", [dscores, l.op("Mul", [dscores, l.op("Mul", [t, t])])]);
  }
  /** Reshapes [batch, kv, group × length, keys] to [batch, heads, length, keys]; `grouped` does the reverse. */
  ungrouped(x: string): string {
    const { l } = this;
    return this.group === 1 ? x : l.reshape(x, l.shape([this.batch, this.a.heads, this.length, this.keys]));
  }
  grouped(x: string): string {
    const { l } = this;
    return this.group === 1 ? x : l.reshape(x, l.shape([this.batch, this.a.key_value_heads, "", this.keys]));
  }
  /** Merges the heads again, flat: [batch × length, heads × size]. `joinKeys` does the same for the keys. */
  joinQueries(x: string): string {
    const { l, a } = this;
    const heads = this.group === 1 ? x : l.reshape(x, l.shape([this.batch, a.heads, this.length, this.size]));
    return l.reshape(l.transpose(heads, [0, 2, 1, 3]), l.graph.integers([-1, a.heads * this.size]));
  }
  joinKeys(x: string): string {
    const { l, a } = this;
    return l.reshape(l.transpose(x, [0, 2, 1, 3]), l.graph.integers([-1, a.key_value_heads * this.size]));
  }
  /** Scaled dropout mask for the probabilities. */
  keep(step: Ref | undefined): string | undefined {
    const { l, a } = this;
    if (!a.rate) return undefined;
    const shape = [this.batch, a.heads, this.length, this.keys];
    const mask = dropoutKeepMask(
      l,
      { ...a },
      l.full(step!),
      this.counted(l.typeOf(step!).shape.length > 0),
      l.size(this.keys),
    );
    return l.reshape(l.to(mask, this.dtype), l.shape(shape));
  }
  /**
   * Row numbers that dropout hashes for the rows of [batch, heads, length] (`counted` in tensor/ops/shared/heads.ts).
   * If `apart`, numbers of a single batch row.
   */
  private counted(apart: boolean): string {
    const { l, a } = this;
    const { graph } = l;
    const heads = graph.integer(a.heads);
    const column = (x: string): string => l.reshape(x, graph.integers([-1, 1]), "i32");
    const times = (x: string, n: string): string => l.op("Mul", [x, n], "i32");
    const plus = (x: string, y: string): string => l.op("AddV2", [x, y], "i32");
    const rowNumbers = plus(column(rangeUpTo(l, heads)), times(rangeUpTo(l, l.size(this.length)), heads));
    if (apart) return l.reshape(rowNumbers, graph.integers([-1]), "i32");
    const before = times(rangeUpTo(l, l.size(this.batch)), times(l.size(this.length), heads));
    const all = plus(column(before), l.reshape(rowNumbers, graph.integers([1, -1]), "i32"));
    return l.reshape(all, graph.integers([-1]), "i32");
  }
}

/**
 * Term added to the scores: the bias, and a large negative score for hidden keys. It broadcasts to [batch, heads,
 * length, keys], and the layers of a model share it.
 */
function hidden(l: Lowering, node: NodeOf<"attention">, cut: Cut): string | undefined {
  const { a, batch, length, keys } = cut;
  const { mask, segments, bias, offset } = attentionInputs(node.inputs, a);
  const { graph } = l;
  const range = (n: Dimension): string =>
    graph.node("Range", [graph.integer(0), l.size(n), graph.integer(1)], { Tidx: { type: "i32" } });
  const seen: string[] = [];
  const compare = (op: string, x: string, y: string): void => void seen.push(l.op(op, [x, y], "i32"));
  const exact = { T: { type: "i32" }, incompatible_shape_error: { bool: true } } as const;
  if (a.causal || a.window) {
    const first = range(length);
    const rows = l.reshape(
      offset ? l.op("AddV2", [first, l.full(offset)], "i32") : first,
      graph.integers([-1, 1]),
      "i32",
    );
    const back = l.op("Sub", [rows, range(keys)], "i32");
    if (a.causal) compare("GreaterEqual", back, graph.integer(0));
    if (a.window) compare("Less", a.causal ? back : l.op("Abs", [back], "i32"), graph.integer(a.window));
  }
  if (segments) {
    const segmentsAs = (shape: readonly Dimension[]): string => l.reshape(l.full(segments), l.shape(shape), "i32");
    seen.push(graph.node("Equal", [segmentsAs([batch, 1, length, 1]), segmentsAs([batch, 1, 1, keys])], exact));
  }
  if (l.typeOf(mask).shape.length) {
    const keyMask = l.reshape(l.full(mask), l.shape([batch, 1, 1, keys]), "i32");
    seen.push(graph.node("NotEqual", [keyMask, graph.integer(0)], exact));
  }
  const added = bias && l.full(bias);
  if (seen.length === 0) return added;
  const all = seen.reduce((x, y) => graph.node("LogicalAnd", [x, y]));
  const gap = l.op("SelectV2", [all, graph.float(0), graph.float(HIDDEN_KEY_SCORE)]);
  return added === undefined ? gap : l.op("AddV2", [l.to(gap, l.graph.typeOf(added)), added]);
}

/** Returns the probabilities of the attention node, [batch, heads, length, keys]. */
function probabilities(l: Lowering, node: NodeOf<"attention">, cut: Cut): string {
  const { q, k } = attentionInputs(node.inputs, cut.a);
  const scores = cut.scores(q, k);
  const gap = hidden(l, node, cut);
  return l.op("Softmax", [gap === undefined ? scores : l.op("AddV2", [scores, l.to(gap, l.graph.typeOf(scores))])]);
}
function dropped(l: Lowering, x: string, mask: string | undefined): string {
  return mask === undefined ? x : l.op("Mul", [x, mask]);
}

export const attentionLowerings = {
  attention: (l, node) => {
    const { q, k, v, step } = attentionInputs(node.inputs, withAttentionDefaults(node.attributes));
    const cut = new Cut(l, node, q, k);
    return [
      () => {
        const weights = dropped(l, probabilities(l, node, cut), cut.keep(step));
        return { flat: cut.joinQueries(l.batchProduct(cut.grouped(weights), cut.keyHeads(v))) };
      },
      () => ({ full: probabilities(l, node, cut) }),
    ];
  },
  attention_gradient: (l, node) => {
    const { q, k, v, probabilities: p, context, dcontext, step } = attentionGradientInputs(node.inputs);
    const cut = new Cut(l, node, q, k);
    const dscores = (): string => {
      const dp = cut.ungrouped(l.batchProduct(cut.queryHeads(dcontext), cut.keyHeads(v), { tb: true }));
      const both = l.op("Mul", [cut.queryHeads(dcontext), cut.queryHeads(context)]);
      const mean = l.reduce("Sum", both, [3], true);
      const means = cut.group === 1 ? mean : l.reshape(mean, l.shape([cut.batch, cut.a.heads, cut.length, 1]));
      return l.op("Mul", [l.full(p), l.op("Sub", [dropped(l, dp, cut.keep(step)), means])]);
    };
    const sloped = (): string => cut.grouped(cut.sloped(dscores(), q, k));
    const scaled = (x: string): string => l.op("Mul", [x, l.graph.float(cut.a.scale)]);
    return [
      () => ({ flat: cut.joinQueries(scaled(l.batchProduct(sloped(), cut.keyHeads(k)))) }),
      () => ({ flat: cut.joinKeys(l.batchProduct(sloped(), cut.scaledQueries(q), { ta: true })) }),
      () => {
        const weights = cut.grouped(dropped(l, l.full(p), cut.keep(step)));
        return { flat: cut.joinKeys(l.batchProduct(weights, cut.queryHeads(dcontext), { ta: true })) };
      },
      () => ({ full: dscores() }),
    ];
  },
} satisfies Lowerings;
