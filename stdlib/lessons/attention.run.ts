/**
 * Attention distillation: squared differences of scores as in TinyBERT, or relations of queries, keys and values as in
 * MiniLMv2.
 */
import { lastOf } from "#dsl/language/diagnostics/codes.js";
import { argumentsWithDefaults } from "#dsl/language/types/defaults.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { TEACHER_OUTPUTS_SOURCE, type DistillationLossImplementation } from "./kind.js";
import type { BlockStates, OutputLossTerm, LossTermContext } from "../losses/loss-term.js";
import { studentTeacherBlockPairs, splitHeads, attentionVisibility } from "./shared/hidden-states.js";
import { word } from "./attention.js";

export const attentionDistillationLoss: DistillationLossImplementation = {
  term(call): OutputLossTerm<"hidden"> {
    const { weight, of: compared } = argumentsWithDefaults(word, call);
    return {
      needs: "hidden",
      reference: "frozen",
      source: TEACHER_OUTPUTS_SOURCE,
      weight,
      loss(context) {
        const pairs = studentTeacherBlockPairs(context.outputs(), context.referenceOutputs());
        const sameHeads = pairs.every(([student, teacher]) => student.heads === teacher.heads);
        if (compared === "scores" || (compared === "auto" && sameHeads))
          return pairs.map((pair) => scoreDistance(pair, context)).reduce((sum, one) => sum.add(one));
        return relationDivergence(lastOf(pairs), context);
      },
    };
  },
};

type BlockPair = readonly [student: BlockStates, teacher: BlockStates];
type Weights = Pick<LossTermContext, "mask" | "share">;

/** Returns the mean squared difference over heads and all visible pairs of tokens. */
function scoreDistance([student, teacher]: BlockPair, context: Weights): Tensor {
  const [mask, share] = [context.mask(), context.share()];
  const visible = attentionVisibility(mask, student.causal);
  const each = scoresOf(student).subtract(scoresOf(teacher)).square().multiply(visible).sum([1, 2, 3]);
  const pairs = visible.sum([1, 2, 3]).multiply(student.heads);
  return each.divide(pairs.maximum(1)).multiply(share).sum();
}

/** Returns the attention scores [batch, heads, length, length]. */
function scoresOf({ queries, keys, heads, keyHeads, scale }: BlockStates): Tensor {
  const [q, k] = [splitHeads(queries, heads), splitHeads(keys, heads, keyHeads)];
  return q.matmul(k, { transposeB: true }).multiply(scale);
}

/** Subtracted from the logits of masked pairs. */
const FAR = 1e4;

/**
 * Returns the mean KL divergence of the student's relations from the teacher's, over queries, keys and values, heads
 * and real tokens.
 */
function relationDivergence([student, teacher]: BlockPair, context: Weights): Tensor {
  const [mask, share] = [context.mask(), context.share()];
  const heads = relationHeadCount(student, teacher);
  const visible = attentionVisibility(mask, student.causal);
  const hidden = visible.subtract(1).multiply(FAR);
  const real = mask.reshape([mask.shape[0] ?? "batch", 1, mask.shape[1] ?? "length"]);
  const divergences = (["queries", "keys", "values"] as const).map((name) => {
    const logs = (block: BlockStates): Tensor => relations(block, name, heads).add(hidden).logSoftmax();
    const [now, then] = [logs(student), logs(teacher)];
    const each = then.exp().multiply(then.subtract(now)).sum([3]).multiply(real).sum([1, 2]);
    return each
      .divide(mask.sum([1]).maximum(1).multiply(heads))
      .multiply(share)
      .sum();
  });
  return divergences.reduce((sum, one) => sum.add(one)).divide(divergences.length);
}

/**
 * Returns the number of heads for relations: the student's, or the largest smaller number that divides both widths.
 */
export function relationHeadCount(student: BlockStates, teacher: BlockStates): number {
  const widths = [student, teacher].map(({ queries, heads, keyHeads, keys }) => [
    lastOf(queries.shape) as number,
    ((lastOf(keys.shape) as number) / keyHeads) * heads,
  ]);
  for (let heads = student.heads; heads > 1; heads--)
    if (widths.flat().every((width) => width % heads === 0)) return heads;
  return 1;
}

/**
 * Returns the scaled dot products between token vectors, split into that many heads: [batch, heads, length, length].
 */
function relations(block: BlockStates, name: "queries" | "keys" | "values", heads: number): Tensor {
  const shared = name === "queries" ? block.heads : block.keyHeads;
  const vectors = shared === block.heads || name === "queries" ? block[name] : repeated(block, name);
  const size = (lastOf(vectors.shape) as number) / heads;
  const split = splitHeads(vectors, heads);
  return split.matmul(split, { transposeB: true }).divide(Math.sqrt(size));
}

/** Repeats shared keys or values once per query head. */
function repeated(block: BlockStates, name: "keys" | "values"): Tensor {
  const [batch, length] = block[name].shape as [string, string];
  const all = splitHeads(block[name], block.heads, block.keyHeads).transpose([0, 2, 1, 3]);
  return all.reshape([batch, length, block.heads * (lastOf(all.shape) as number)]);
}
