/** `freeze:` of a model: parts of the base that keep their weights, whatever the technique. */
import type { Call } from "#dsl/language/types/value.js";

/** `path`: a parameter's, with the family's prefix or without it. */
export function isFrozenParameter(parts: readonly Call[], path: string): boolean {
  return parts.some(({ word, arguments: { range } }) => {
    if (word === "embeddings") return isEmbeddingParameter(path);
    const layer = layerNumberOf(path);
    return layer !== null && isRange(range) && layer >= range.from && layer <= range.to;
  });
}

/** The number of a parameter's layer, counted from 0 in its stack; null: it lies in none. */
export function layerNumberOf(path: string): number | null {
  const found = /(?:^|\.)(\d+)\./.exec(path);
  return found ? Number(found[1]) : null;
}

/** Tables that tokens, positions and token types are looked up in, and the norm that follows them before the first layer. */
export function isEmbeddingParameter(path: string): boolean {
  return layerNumberOf(path) === null && /(^|\.)(embeddings?|embed_\w+|wte|wpe|shared)\./.test(path);
}
function isRange(value: unknown): value is { readonly from: number; readonly to: number } {
  return typeof value === "object" && value !== null && "from" in value && "to" in value;
}
