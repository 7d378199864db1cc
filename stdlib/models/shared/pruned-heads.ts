/**
 * Heads that a checkpoint lacks: transformers 4 reads them from `pruned_heads` of config.json ({ layer: [heads] }, numbered as
 * before anything was pruned) where a family's config can't say that its heads together are narrower than the stream. Later
 * versions know no such field; `whole-heads.ts` gives them the heads back, as zeros.
 */
import type { ConfigReader } from "./config.js";

/** Heads of each layer that are left: as many in each. Coded error `bad-config`. */
export function remainingHeads(
  read: ConfigReader,
  options: { readonly layers: number; readonly heads: number },
): number {
  const gone = prunedHeads(read.raw("pruned_heads"));
  if (!gone) throw read.bad("pruned_heads", "must be lists of heads by layer");
  const counts = Array.from({ length: options.layers }, (_, layer) => new Set(gone.get(layer) ?? []).size);
  const [first = 0] = counts;
  if (counts.some((count) => count !== first)) throw read.bad("pruned_heads", "must name as many heads of each layer");
  if (first >= options.heads) throw read.bad("pruned_heads", "must leave a head in each layer");
  for (const heads of gone.values())
    if (heads.some((head) => head >= options.heads))
      throw read.bad("pruned_heads", `must name heads below ${options.heads}`);
  return options.heads - first;
}

/** By layer; null: it is no such record. */
export function prunedHeads(value: unknown): ReadonlyMap<number, readonly number[]> | null {
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
