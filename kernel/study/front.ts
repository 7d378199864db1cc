/** The trials of a sweep with several goals that none other beats: at least as good in all, better in one. */

/** `worths`: of each trial, the greater the better in each goal. Places of those on the front. */
export function paretoFrontOf(worths: readonly (readonly number[])[]): readonly number[] {
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((worth, i) => worth >= b[i]!) && a.some((worth, i) => worth > b[i]!);
  return worths.flatMap((mine, i) => (worths.some((other) => beats(other, mine)) ? [] : [i]));
}
