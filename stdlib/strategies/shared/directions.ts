/** Along how many directions rows are looked at where nobody says how (bench/LOG.md: what each takes beside an epoch). */

/**
 * As many as fit into three epochs of the training, forward and backward: a direction takes a pass back, and where the base's
 * matrices train the squares of these for each row besides. `share`: of the model's numbers, those that train.
 */
export function fisherDirectionCount(share: number): number {
  return share < 0.5 ? 4 : 2;
}
