/** Names of the splits that `folds` makes. */

/** `fold`: the fold to validate on while all others train; by default each fold is its own split. */
export function foldNames(k: number, fold: number | null | undefined): readonly string[] {
  return (fold ?? null) === null ? Array.from({ length: k }, (_, i) => foldName(i + 1)) : ["train", "validation"];
}
export const foldName = (fold: number): string => `fold_${String(fold)}`;
