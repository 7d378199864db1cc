/** What the splits of `folds` are called. */

/** `fold`: the one that is held out while all others train; absent: each is a split of its own. */
export function foldNames(k: number, fold: number | null | undefined): readonly string[] {
  return (fold ?? null) === null ? Array.from({ length: k }, (_, i) => foldName(i + 1)) : ["train", "validation"];
}
export const foldName = (fold: number): string => `fold_${String(fold)}`;
