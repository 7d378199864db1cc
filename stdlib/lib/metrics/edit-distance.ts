/** Levenshtein's distance: how many units must be put in, taken out or changed to make one list the other. */
export function editDistance(from: readonly string[], to: readonly string[]): number {
  let above = Uint32Array.from({ length: to.length + 1 }, (_, j) => j);
  from.forEach((unit, i) => {
    const row = new Uint32Array(to.length + 1);
    row[0] = i + 1;
    for (let j = 1; j <= to.length; j++)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (unit === to[j - 1] ? 0 : 1));
    above = row;
  });
  return above[to.length]!;
}
