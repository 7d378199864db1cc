/**
 * Losses for sentence similarity, as in sentence-transformers (source: its losses). `a` [pairs, hidden] and `b` [pairs
 * or candidates, hidden] are vectors of length 1. `mean` is the loss of a batch; `sum` is that times its count, so that
 * parts of a batch add up to their weighted mean.
 */
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";

export const SIMILARITY_LOSSES = ["cosine", "cosent", "contrastive", "online_contrastive", "ranking"] as const;
export type SimilarityLoss = (typeof SIMILARITY_LOSSES)[number];

/** The role that a loss requires; null if pairs of texts are enough. */
export const SIMILARITY_LOSS_ROLES: Readonly<Record<SimilarityLoss, "score" | "label" | null>> = {
  cosine: "score",
  cosent: "score",
  contrastive: "label",
  online_contrastive: "label",
  ranking: null,
};

/** Returns the given loss, or the one that fits the data's roles. */
export function similarityLossOf(call: Call, roles: readonly string[]): SimilarityLoss {
  const written = SIMILARITY_LOSSES.find((loss) => loss === call.arguments["loss"]);
  if (written) return written;
  if (roles.includes("score")) return "cosent";
  return roles.includes("label") ? "contrastive" : "ranking";
}

/** Returns the role with the target of a pair: `score`, `label`, or null if being a pair is all. */
export function pairTargetRole(call: Call, roles: readonly string[]): "score" | "label" | null {
  const learns = SIMILARITY_LOSS_ROLES[similarityLossOf(call, roles)];
  if (learns !== null && roles.includes(learns)) return learns;
  if (roles.includes("label")) return "label";
  return roles.includes("score") ? "score" : null;
}

export interface SimilarityLossSettings {
  /** For `cosent` and `ranking`: factor of the cosines. */
  readonly scale: number;
  /** For the contrastive losses: minimum distance of different texts, as 1 − cosine. */
  readonly margin: number;
}
export function similarityLossSettingsOf(call: Call): SimilarityLossSettings {
  const { scale, margin } = call.arguments;
  return { scale: typeof scale === "number" ? scale : 20, margin: typeof margin === "number" ? margin : 0.5 };
}

/** Inputs of a pair loss. `each` f32 [pairs]: weight of each pair, 1 by default. */
interface Pairs {
  readonly labels: Tensor;
  readonly each?: Tensor;
}

/** Larger than any scaled cosine; the exponential of its negative is 0. */
const FAR = 1e9;

type Make = (
  a: Tensor,
  b: Tensor,
  pairs: Pairs,
  options: SimilarityLossSettings,
) => { readonly sum: Tensor; readonly count: Tensor };

const NOTHING = 1e-12;
const cosines = (a: Tensor, b: Tensor): Tensor => a.multiply(b).sum([1]);
const countOf = ({ labels, each }: Pairs): Tensor => (each ?? labels.filled(1)).sum();
const weighed = (losses: Tensor, { each }: Pairs): Tensor => (each ? losses.multiply(each) : losses);
/** Wraps a loss that is defined only for the complete batch. */
const whole = (loss: Tensor, pairs: Pairs): ReturnType<Make> => {
  const count = countOf(pairs);
  return { sum: loss.multiply(count), count };
};

const MAKE: Readonly<Record<SimilarityLoss, Make>> = {
  /** labels f32 [pairs]: the target cosine. */
  cosine: (a, b, pairs) => ({
    sum: weighed(cosines(a, b).subtract(pairs.labels).square(), pairs).sum(),
    count: countOf(pairs),
  }),
  /**
   * labels f32 [pairs], of any scale: of two pairs, the one with the higher score should have the higher cosine. A pair
   * of weight 2 is compared as if it occurred twice.
   */
  cosent(a, b, pairs, { scale }) {
    const { labels, each } = pairs;
    const similar = cosines(a, b).multiply(scale);
    const column = (x: Tensor): Tensor => x.reshape([...x.shape, 1]);
    const row = (x: Tensor): Tensor => x.reshape([1, ...x.shape]);
    const wrong = column(labels)
      .less(row(labels))
      .select(column(similar).subtract(row(similar)), a.graph.number(-FAR));
    const greatest = wrong.max().maximum(0).detach();
    const pulls = wrong.subtract(greatest).exp();
    const counted = each ? pulls.multiply(column(each)).multiply(row(each)) : pulls;
    const total = counted.sum().add(greatest.negate().exp());
    return whole(total.log().add(greatest), pairs);
  },
  /** labels f32 [pairs]: 1 if the texts match, else 0. */
  contrastive(a, b, pairs, { margin }) {
    const { labels } = pairs;
    const apart = cosines(a, b).negate().add(1);
    const far = apart.negate().add(margin).relu().square();
    const each = labels.multiply(apart.square()).add(labels.negate().add(1).multiply(far));
    return { sum: weighed(each, pairs).sum().multiply(0.5), count: countOf(pairs) };
  },
  /** The contrastive loss of hard pairs only: those that overlap with the nearest pairs of the other label. */
  online_contrastive(a, b, pairs, { margin }) {
    const { labels } = pairs;
    const { graph } = a;
    const apart = cosines(a, b).negate().add(1);
    const same = labels.greater(0.5);
    const one = graph.number(1);
    const zero = graph.number(0);
    const far = graph.number(FAR);
    const mean = (values: Tensor): Tensor =>
      values.select(apart, zero).sum().divide(values.select(one, zero).sum().maximum(1));
    const some = (values: Tensor): Tensor => values.select(one, zero).sum().greater(0.5);
    const other = same.not();
    const farthest = some(same).select(same.select(apart, far.negate()).max(), mean(other)).detach();
    const nearest = some(other).select(other.select(apart, far).min(), mean(same)).detach();
    const hard = {
      same: same.and(apart.greater(nearest)).select(apart.square(), zero),
      other: other.and(apart.less(farthest)).select(apart.negate().add(margin).relu().square(), zero),
    };
    return whole(weighed(hard.same, pairs).sum().add(weighed(hard.other, pairs).sum()), pairs);
  },
  /**
   * labels f32 [pairs, candidates]: 1 for the pair's own text, 0 for others, −1 for texts that also match and are
   * ignored.
   */
  ranking(a, b, { labels, each }, { scale }) {
    const { graph } = a;
    const one = each ? each.reshape([...each.shape, 1]).multiply(labels.filled(1)) : graph.number(1);
    const scores = a.matmul(b, { transposeB: true }).multiply(scale);
    const shares = labels.less(-0.5).select(graph.number(-FAR), scores).logSoftmax();
    const isOwn = labels.greater(0.5);
    const zero = graph.number(0);
    return {
      sum: isOwn
        .select(each ? shares.multiply(one) : shares, zero)
        .sum()
        .negate(),
      count: isOwn.select(one, zero).sum(),
    };
  },
};

export function buildSimilarityLoss(
  loss: SimilarityLoss,
  options: {
    readonly a: Tensor;
    readonly b: Tensor;
    readonly reduction: "mean" | "sum";
  } & Pairs &
    SimilarityLossSettings,
): Tensor {
  const { sum, count } = MAKE[loss](options.a, options.b, options, options);
  if (options.reduction === "sum") return sum;
  // Prevents division by zero if all weights are 0.
  return sum.divide(options.each ? count.maximum(NOTHING) : count);
}
