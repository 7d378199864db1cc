/**
 * What the words that were defined in this process do, by content hash. A model trained under an earlier definition goes on
 * meaning that one, however often the word is defined anew.
 */
const implementations = new Map<string, unknown>();

export function storeImplementation(definition: string, implementation: unknown): void {
  implementations.set(definition, implementation);
}
/** Undefined: nothing of this process has that hash. */
export function storedImplementation(definition: string): unknown {
  return implementations.get(definition);
}
