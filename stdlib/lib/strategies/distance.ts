/** How far what is said of rows is from what was said of them once: of each row, over the labels that are known. */
import { binaryCrossEntropies } from "#dsl/graph/losses.js";
import type { Tensor } from "#dsl/graph/tensor.js";
import type { Said } from "../../kinds/strategy.js";

/** Below every logit: what it stands at has no part in a softmax, in half precision either. */
const HIDDEN = 1e4;

/**
 * Distillation with a temperature T. One label of several: KL(softmax(z′/T) ‖ softmax(z/T)), z′ being what was said, both over
 * what is known; several: the mean over these of the binary cross-entropy of z/T with σ(z′/T). Not multiplied by T².
 */
export function distilled({ logits, recalled, known, share, decides }: Said, temperature: number): Tensor {
  const [now, then] = [logits, recalled].map((one) => one.divide(temperature)) as [Tensor, Tensor];
  if (decides === "several")
    return meanOfKnown(binaryCrossEntropies(now, then.sigmoid(), {}), known)
      .multiply(share)
      .sum();
  const hidden = known.subtract(1).multiply(HIDDEN);
  const [q, p] = [now, then].map((one) => one.add(hidden).logSoftmax()) as [Tensor, Tensor];
  return p.exp().multiply(p.subtract(q)).sum([-1]).multiply(share).sum();
}

/** The mean over what is known of (z − z′)². */
export function squaredApart({ logits, recalled, known, share }: Said): Tensor {
  return meanOfKnown(logits.subtract(recalled).square(), known).multiply(share).sum();
}

function meanOfKnown(each: Tensor, known: Tensor): Tensor {
  return each
    .multiply(known)
    .sum([-1])
    .divide(known.sum([-1]).maximum(1));
}
