/** Computes a generative model's logits with its output embedding. */
import type { Tensor } from "#dsl/tensor/tensor.js";

export function cappedLogits(x: Tensor, unembedding: Tensor, cap: number | undefined): Tensor {
  const logits = x.linear(unembedding);
  return cap === undefined ? logits : logits.capped(cap);
}
