/** Distances between the model's logits and replayed logits, over the known labels of each row, weighted by row. */
import { binaryCrossEntropies } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import type { Call } from "#dsl/language/types/value.js";
import type { OutputLossTerm, LossTermContext } from "../../losses/loss-term.js";

type Context = Pick<LossTermContext<"logits">, "outputs" | "referenceOutputs" | "share">;

/** A loss term over the logits cached for the call's strategy. */
export function replayLossTerm(
  call: Call,
  weight: number,
  loss: (context: Context) => Tensor,
): OutputLossTerm<"logits"> {
  return { needs: "logits", reference: "cached", source: call.word, weight, loss };
}

/** Subtracted from unknown labels' logits, so that they vanish in a softmax, in half precision too. */
const HIDDEN = 1e4;

/**
 * Distillation loss with temperature T. For single-label rows: KL(softmax(z′/T) ‖ softmax(z/T)) over the known labels,
 * where z′ are the replayed logits. For multi-label rows: the mean over the known labels of the binary cross-entropy of
 * z/T with σ(z′/T). Not multiplied by T².
 */
export function distillationFromReplay(context: Context, temperature: number): Tensor {
  const { logits, replayed, known, share, decides } = read(context);
  const [now, then] = [logits.divide(temperature), replayed.divide(temperature)];
  if (decides === "several")
    return meanOfKnown(binaryCrossEntropies(now, then.sigmoid(), {}), known)
      .multiply(share)
      .sum();
  const hidden = known.subtract(1).multiply(HIDDEN);
  const [q, p] = [now.add(hidden).logSoftmax(), then.add(hidden).logSoftmax()];
  return p.exp().multiply(p.subtract(q)).sum([-1]).multiply(share).sum();
}

/** The mean over the known labels of (z − z′)². */
export function squaredDistanceFromReplay(context: Context): Tensor {
  const { logits, replayed, known, share } = read(context);
  return meanOfKnown(logits.subtract(replayed).square(), known).multiply(share).sum();
}

function read(context: Context) {
  const { logits, decides } = context.outputs();
  const reference = context.referenceOutputs();
  return { logits, decides, replayed: reference.logits, known: reference.known(), share: context.share() };
}

function meanOfKnown(each: Tensor, known: Tensor): Tensor {
  return each
    .multiply(known)
    .sum([-1])
    .divide(known.sum([-1]).maximum(1));
}
