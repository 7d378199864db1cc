/** Log-probabilities of complete sequences, for preference losses. */
import { labelLogprobs } from "#dsl/tensor/losses.js";
import type { Tensor } from "#dsl/tensor/tensor.js";

/**
 * Returns Σ log p(label) over each row's targets, f32 [batch]. `states`: [batch, length, hidden]. `logits`: [targets,
 * vocabulary] at `targets`, positions in the flattened [batch × length].
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

/** Returns the batch row of each target, i32 [targets]. */
function rowsOf(states: Tensor, targets: Tensor): Tensor {
  const [batch, length] = states.shape as [string, string];
  const rows = states.range(0).reshape([batch, 1, 1]);
  const everyPlace = states.range(1).multiply(0).reshape([1, length, 1]);
  return rows.add(everyPlace).takeRows(targets).reshape(targets.shape);
}
