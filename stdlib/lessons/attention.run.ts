/** What tokens look at: TinyBERT's squared differences of attention scores, MiniLMv2's relations of queries, keys and values. */
import { lastOf } from "#dsl/diagnostics/must.js";
import { argumentsOf } from "#dsl/types/filled.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Lesson, LessonImplementation, WithinBlock } from "../kinds/lesson.js";
import { headsOf, pairsSeen, sideBySide } from "../lib/lessons/within.js";
import { word } from "./attention.js";

export const attention: LessonImplementation = {
  weight: (call) => argumentsOf(word, call).weight,
  loss(call, lesson) {
    const { of } = argumentsOf(word, call);
    const { student, teacher } = lesson.within();
    const pairs = sideBySide(student, teacher);
    const alike = pairs.every(([own, other]) => own.heads === other.heads);
    if (of === "scores" || (of === "auto" && alike))
      return pairs.map((pair) => scoresApart(pair, lesson)).reduce((sum, one) => sum.add(one));
    return relationsApart(lastOf(pairs), lesson);
  },
};

/** Over heads and pairs of tokens of which one sees the other. */
function scoresApart([own, of]: readonly [WithinBlock, WithinBlock], { mask, share }: Lesson): Tensor {
  const seen = pairsSeen(mask, own.causal);
  const each = scoresOf(own).subtract(scoresOf(of)).square().multiply(seen).sum([1, 2, 3]);
  const pairs = seen.sum([1, 2, 3]).multiply(own.heads);
  return each.divide(pairs.maximum(1)).multiply(share).sum();
}

/** [batch, heads, length, length]. */
function scoresOf({ queries, keys, heads, keyHeads, scale }: WithinBlock): Tensor {
  const [q, k] = [headsOf(queries, heads), headsOf(keys, heads, keyHeads)];
  return q.matmul(k, { transposeB: true }).multiply(scale);
}

const FAR = 1e4;

/** The mean over queries, keys and values, heads and real tokens, of the divergence of the student's relations from the teacher's. */
function relationsApart([own, of]: readonly [WithinBlock, WithinBlock], { mask, share }: Lesson): Tensor {
  const heads = relationHeads(own, of);
  const seen = pairsSeen(mask, own.causal);
  const hidden = seen.subtract(1).multiply(FAR);
  const real = mask.reshape([mask.shape[0] ?? "batch", 1, mask.shape[1] ?? "length"]);
  const apart = (["queries", "keys", "values"] as const).map((name) => {
    const logs = (block: WithinBlock): Tensor => related(block, name, heads).add(hidden).logSoftmax();
    const [now, then] = [logs(own), logs(of)];
    const each = then.exp().multiply(then.subtract(now)).sum([3]).multiply(real).sum([1, 2]);
    return each
      .divide(mask.sum([1]).maximum(1).multiply(heads))
      .multiply(share)
      .sum();
  });
  return apart.reduce((sum, one) => sum.add(one)).divide(apart.length);
}

/** Into how many heads the vectors of both can be parted: the student's own, or the most below them that part both widths. */
export function relationHeads(own: WithinBlock, of: WithinBlock): number {
  const widths = [own, of].map(({ queries, heads, keyHeads, keys }) => [
    lastOf(queries.shape) as number,
    ((lastOf(keys.shape) as number) / keyHeads) * heads,
  ]);
  for (let heads = own.heads; heads > 1; heads--) if (widths.flat().every((width) => width % heads === 0)) return heads;
  return 1;
}

/** [batch, heads, length, length]: how alike the vectors of tokens are, parted into so many heads. */
function related(block: WithinBlock, name: "queries" | "keys" | "values", heads: number): Tensor {
  const shared = name === "queries" ? block.heads : block.keyHeads;
  const whole = shared === block.heads || name === "queries" ? block[name] : spread(block, name);
  const size = (lastOf(whole.shape) as number) / heads;
  const parted = headsOf(whole, heads);
  return parted.matmul(parted, { transposeB: true }).divide(Math.sqrt(size));
}

/** Keys or values that several query heads share, once for each of these. */
function spread(block: WithinBlock, name: "keys" | "values"): Tensor {
  const [batch, length] = block[name].shape as [string, string];
  const all = headsOf(block[name], block.heads, block.keyHeads).transpose([0, 2, 1, 3]);
  return all.reshape([batch, length, block.heads * (lastOf(all.shape) as number)]);
}
