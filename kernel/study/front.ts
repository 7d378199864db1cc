/**
 * The Pareto front of a sweep with several goals: trials that no other trial beats, by being at least as good in all
 * and better in one.
 */

/**
 * Returns the indices of the trials on the front.
 * @param worths the values of each trial per goal, greater is better
 */
export function paretoFrontOf(worths: readonly (readonly number[])[]): readonly number[] {
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((worth, i) => worth >= b[i]!) && a.some((worth, i) => worth > b[i]!);
  return worths.flatMap((mine, i) => (worths.some((other) => beats(other, mine)) ? [] : [i]));
}
