/**
 * Returns the one word that was probably intended: edit distance at most a third of the length, without a tie. `among`:
 * the reporter; after too many diagnostics no search is made.
 */
export function nearestWord(
  word: string,
  candidates: Iterable<string>,
  among?: { readonly crowded: boolean },
): string | undefined {
  if (among?.crowded) return undefined;
  const typed = word.toLowerCase();
  let best: string | undefined;
  let least = Infinity;
  let tied = false;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(typed, candidate.toLowerCase());
    if (distance > limit || (word.length < 3 && distance > 0)) continue;
    if (distance < least) {
      best = candidate;
      least = distance;
      tied = false;
    } else if (distance === least && candidate !== best) tied = true;
  }
  return tied ? undefined : best;
}

/** Counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
