/**
 * Heads missing from a checkpoint: transformers 4 reads them from `pruned_heads` of config.json ({ layer: [heads] },
 * with the numbers before pruning), for families whose config cannot make the heads narrower than the hidden width.
 * Later versions do not support the field; for these, `whole-heads.ts` restores the heads as zeros.
 */
import type { ConfigReader } from "./config.js";

/** Returns the number of remaining heads per layer, which must be equal in all layers. Coded error `bad-config`. */
export function remainingHeadCount(
  read: ConfigReader,
  options: { readonly layers: number; readonly heads: number },
): number {
  const gone = readPrunedHeads(read.raw("pruned_heads"));
  if (!gone) throw read.bad("pruned_heads", "must be lists of heads by layer");
  const counts = Array.from({ length: options.layers }, (_, layer) => new Set(gone.get(layer) ?? []).size);
  const [first = 0] = counts;
  if (counts.some((count) => count !== first))
    throw read.bad("pruned_heads", "must name the same number of heads for each layer");
  if (first >= options.heads) throw read.bad("pruned_heads", "must leave a head in each layer");
  for (const heads of gone.values())
    if (heads.some((head) => head >= options.heads))
      throw read.bad("pruned_heads", `must name heads below ${options.heads}`);
  return options.heads - first;
}

/** Returns the pruned heads by layer; null if the record is malformed. */
export function readPrunedHeads(value: unknown): ReadonlyMap<number, readonly number[]> | null {
  if (value === undefined || value === null) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) return null;
  const found = new Map<number, readonly number[]>();
  const isPlace = (place: unknown): place is number => Number.isSafeInteger(place) && (place as number) >= 0;
  for (const [layer, heads] of Object.entries(value)) {
    if (!isPlace(Number(layer)) || !Array.isArray(heads) || !heads.every(isPlace)) return null;
    if (heads.length > 0) found.set(Number(layer), heads);
  }
  return found;
}
