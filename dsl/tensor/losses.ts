/**
 * Losses composed of other ops, so that gradients and engines need no extra code. Each has the usual name and equals
 * PyTorch's loss of that name; if no row counts, the loss is 0.
 */
import type { Tensor } from "./tensor.js";

export type Reduction = "mean" | "sum";
/** Label of ignored rows. */
export const IGNORED_LABEL = -100;
/** Makes the cosine of a zero vector finite, as in torch.nn.functional.cosine_embedding_loss. */
const SMALL = 1e-12;

interface Counted {
  /** i32 labels, 0 for ignored rows. */
  readonly safe: Tensor;
  /** 1 for rows that count, 0 for ignored rows. */
  readonly counts: Tensor;
}
function counted(labels: Tensor, like: Tensor): Counted {
  const counts = labels.notEqual(IGNORED_LABEL);
  return { safe: counts.select(labels, labels.graph.number(0, "i32")), counts: counts.cast(like.dtype) };
}
/** a / b, or 0 where b is 0. */
function ratio(a: Tensor, b: Tensor): Tensor {
  const none = b.equal(0);
  return a.divide(none.select(b.graph.number(1, b.dtype), b));
}
function reduced(each: Tensor, reduction: Reduction): Tensor {
  return reduction === "sum" ? each.sum() : each.mean();
}

/** Keeps derivatives finite where a class is certain; too small to show in a loss. */
const CERTAIN = 1e-7;

export interface CrossEntropySettings {
  readonly reduction: Reduction;
  /** Share of each label that is spread over all classes (label smoothing). */
  readonly smoothing?: number | undefined;
  /** [classes]: weight of a row by its label. */
  readonly weights?: Tensor | undefined;
  /** Exponent γ of (1 − p), which reduces the weight of nearly certain rows (focal loss, Lin et al. 2017). */
  readonly focal?: number | undefined;
  /** Weight of each row, in the labels' shape. */
  readonly each?: Tensor | undefined;
}

/**
 * Cross-entropy with label smoothing, class weights and focal loss. For logits [..., classes] and labels i32
 * [...]: Σ s · ((1 − ε) · w[y] · ℓ[y] + ε / classes · Σ_c w[c] · ℓ[c]) with ℓ[c] = −(1 − p[c])^γ · log p[c] and row
 * weight s, divided by Σ s · w[y] for the mean. γ = 0, s = 1: torch.nn.CrossEntropyLoss; ε = 0: the focal loss of a
 * softmax; all of them: Keras' categorical focal cross-entropy with sample weights.
 */
export function weightedCrossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropySettings): Tensor {
  const classes = logits.shape.at(-1) as number;
  const smoothing = options.smoothing ?? 0;
  const { safe, counts } = counted(labels, logits);
  const logs = logits.logSoftmax();
  const focalLogs = options.focal
    ? logs.multiply(logs.exp().negate().add(1).maximum(CERTAIN).power(options.focal))
    : logs;
  const rows = options.each ? counts.multiply(options.each) : counts;
  const rowWeights = options.weights ? rows.multiply(options.weights.gather(safe)) : rows;
  const picked = focalLogs.multiply(safe.oneHot(classes).cast(logits.dtype)).sum([-1]);
  const sharp = picked.multiply(rowWeights).sum();
  const flat = (): Tensor =>
    (options.weights ? focalLogs.multiply(options.weights) : focalLogs).sum([-1]).multiply(rows).sum();
  const sum = smoothing ? sharp.multiply(1 - smoothing).add(flat().multiply(smoothing / classes)) : sharp;
  return options.reduction === "sum" ? sum.negate() : ratio(sum, rowWeights.sum()).negate();
}

/** log p(label) for logits [..., classes] and labels i32 [...]; 0 for ignored rows. */
export function labelLogprobs(logits: Tensor, labels: Tensor): Tensor {
  const { safe, counts } = counted(labels, logits);
  const classes = logits.shape.at(-1) as number;
  const picked = logits.logSoftmax().multiply(safe.oneHot(classes).cast(logits.dtype)).sum([-1]);
  return picked.multiply(counts);
}

/**
 * Term that label smoothing adds to the cross-entropy of logits x · weightᵀ (+ bias), without computing them: ε ·
 * (logit of the label − mean of the logits), summed over the rows that count. x [m, n], weight
 * [vocabulary, n], labels i32 [m].
 */
export function headSmoothingLoss(
  x: Tensor,
  weight: Tensor,
  labels: Tensor,
  options: { readonly reduction: Reduction; readonly smoothing: number; readonly bias?: Tensor },
): Tensor {
  const { safe, counts } = counted(labels, x);
  const apart = x.multiply(weight.gather(safe).subtract(weight.mean([0]))).sum([-1]);
  const above = options.bias ? apart.add(options.bias.gather(safe).subtract(options.bias.mean())) : apart;
  const sum = above.multiply(counts).sum().multiply(options.smoothing);
  return options.reduction === "sum" ? sum : ratio(sum, counts.sum());
}

/**
 * Binary cross-entropy of logits with targets between 0 and 1, both of one shape (torch.nn.BCEWithLogitsLoss), over all
 * elements: (1 − y) · softplus(x) + w · y · softplus(−x). `positive`: w, a weight per class, broadcast. `focal`: γ; the
 * two terms are multiplied by σ(x)^γ and σ(−x)^γ (torchvision's sigmoid_focal_loss with alpha −1).
 */
export function binaryCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: { readonly reduction: Reduction; readonly positive?: Tensor; readonly focal?: number },
): Tensor {
  return reduced(binaryCrossEntropies(logits, targets, options), options.reduction);
}

/** Binary cross-entropy of each element, without reduction. */
export function binaryCrossEntropies(
  logits: Tensor,
  targets: Tensor,
  options: { readonly positive?: Tensor | undefined; readonly focal?: number | undefined },
): Tensor {
  if (!options.positive && !options.focal) return logits.softplus().subtract(logits.multiply(targets));
  const [above, below] = [logits.softplus(), logits.negate().softplus()];
  // σ(x)^γ by its logarithm, −softplus(−x), which is exact even where σ(x) is nearly 0.
  const far = (part: Tensor, other: Tensor): Tensor =>
    options.focal ? part.multiply(other.multiply(-options.focal).exp()) : part;
  const off = targets.negate().add(1).multiply(far(above, below));
  const wanted = options.positive ? targets.multiply(options.positive) : targets;
  return off.add(wanted.multiply(far(below, above)));
}

/**
 * Reduces row losses [rows] with row weights [rows]; the mean divides by the sum of the weights. Without `each`, all
 * rows count equally.
 */
export function reduceRowLosses(losses: Tensor, reduction: Reduction, each?: Tensor): Tensor {
  if (!each) return reduced(losses, reduction);
  const sum = losses.multiply(each).sum();
  return reduction === "sum" ? sum : ratio(sum, each.sum());
}

/** (x − y)² over all elements. */
export function meanSquaredError(x: Tensor, y: Tensor, reduction: Reduction): Tensor {
  return reduced(x.subtract(y).square(), reduction);
}

/**
 * Kullback–Leibler divergence from the softmax of `logits` to that of `targets`, both [..., classes]: Σ p · (log p −
 * log q), with p from the targets; the mean is over rows (torch's `batchmean`). With a temperature T both are divided
 * by it and the result is multiplied by T², as in distillation (Hinton et al. 2015).
 */
export function klDivergence(
  logits: Tensor,
  targets: Tensor,
  options: { readonly reduction: Reduction; readonly temperature?: number },
): Tensor {
  const t = options.temperature ?? 1;
  const [q, p] = [logits, targets].map((x) => (t === 1 ? x : x.divide(t)).logSoftmax()) as [Tensor, Tensor];
  const each = p.exp().multiply(p.subtract(q)).sum([-1]);
  return reduced(each, options.reduction).multiply(t * t);
}

/** x · y / (|x| |y|) over the last axis. */
export function cosineSimilarity(x: Tensor, y: Tensor): Tensor {
  const length = (v: Tensor): Tensor => v.square().sum([-1]).add(SMALL);
  return x
    .multiply(y)
    .sum([-1])
    .multiply(length(x).multiply(length(y)).rsqrt());
}

/**
 * Cosine embedding loss (torch.nn.CosineEmbeddingLoss): 1 − cos for pairs that belong together (`together` 1),
 * otherwise the excess of cos over `margin` (`together` −1). x, y [rows, n]; together f32 [rows].
 */
export function cosineEmbeddingLoss(
  x: Tensor,
  y: Tensor,
  together: Tensor,
  options: { readonly reduction: Reduction; readonly margin?: number },
): Tensor {
  const cosine = cosineSimilarity(x, y);
  const apart = cosine.subtract(options.margin ?? 0).maximum(0);
  return reduced(together.greater(0).select(cosine.negate().add(1), apart), options.reduction);
}
