/**
 * Default number of directions for estimating the Fisher information (bench/LOG.md: the cost of each relative to an
 * epoch).
 */

/**
 * As many directions as fit into the time of three training epochs. A direction takes one backward pass, and the
 * squared gradients per row if the base model's matrices train. `share`: trainable share of the model's parameters.
 */
export function fisherDirectionCount(share: number): number {
  return share < 0.5 ? 4 : 2;
}
