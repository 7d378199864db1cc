/** Log-probabilities of whole sequences, which losses of preferences compare. */
import { labelLogprobs } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

/**
 * f32 [batch]: Σ log p(label) over each row's targets. `states`: [batch, length, hidden]; `logits`: [targets, vocabulary] at
 * `targets`, places in the flattened [batch × length].
 */
export function sequenceLogprobs(
  states: Tensor,
  logits: Tensor,
  { labels, targets }: { readonly labels: Tensor; readonly targets: Tensor },
): Tensor {
  const each = labelLogprobs(logits, labels);
  const none = states.filled(0).sum([1, 2]);
  return none.scatterAdd(rowsOf(states, targets), each);
}

/** i32 [targets]: the row of the batch in which each target stands. */
function rowsOf(states: Tensor, targets: Tensor): Tensor {
  const [batch, length] = states.shape as [string, string];
  const rows = states.range(0).reshape([batch, 1, 1]);
  const everyPlace = states.range(1).multiply(0).reshape([1, length, 1]);
  return rows.add(everyPlace).takeRows(targets).reshape(targets.shape);
}
