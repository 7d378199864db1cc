/** `freeze:` of a model: parts of the base whose weights do not train, whatever the technique. */
import type { Call } from "#dsl/language/types/value.js";

/** Returns true if the parameter is frozen. `path`: its path, with or without the family's prefix. */
export function isFrozenParameter(parts: readonly Call[], path: string): boolean {
  return parts.some(({ word, arguments: { range } }) => {
    if (word === "embeddings") return isEmbeddingParameter(path);
    const layer = layerNumberOf(path);
    return layer !== null && isRange(range) && layer >= range.from && layer <= range.to;
  });
}

/** Returns the number of a parameter's layer, from 0 within its stack; null if it belongs to no layer. */
export function layerNumberOf(path: string): number | null {
  const found = /(?:^|\.)(\d+)\./.exec(path);
  return found ? Number(found[1]) : null;
}

/**
 * Returns true for the embedding tables of tokens, positions and token types, and for the norm before the first layer.
 */
export function isEmbeddingParameter(path: string): boolean {
  return layerNumberOf(path) === null && /(^|\.)(embeddings?|embed_\w+|wte|wpe|shared)\./.test(path);
}
function isRange(value: unknown): value is { readonly from: number; readonly to: number } {
  return typeof value === "object" && value !== null && "from" in value && "to" in value;
}
