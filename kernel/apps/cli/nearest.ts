/** Finds the most likely intended name: at most a third of its letters differ (Damerau–Levenshtein), else null. */
export function nearestCommand(written: string, names: readonly string[]): string | null {
  let best: { readonly name: string; readonly distance: number } | null = null;
  for (const name of names) {
    const distance = editDistance(written.toLowerCase(), name);
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && (best === null || distance < best.distance))
      best = { name, distance };
  }
  return best?.name ?? null;
}

function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const above = rows[i - 1] ?? [];
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const cellAt = (line: readonly number[] | undefined, k: number): number => line?.[k] ?? Infinity;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cellAt(rows[i - 2], j - 2) + 1 : Infinity;
      row.push(Math.min(cellAt(above, j) + 1, cellAt(row, j - 1) + 1, cellAt(above, j - 1) + cost, swapped));
    }
    rows.push(row);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}
