/**
 * Implementations of the words defined in this process, by content hash. A model trained under an earlier definition
 * continues to use that one, even if the word is redefined.
 */
const implementations = new Map<string, unknown>();

export function storeImplementation(definition: string, implementation: unknown): void {
  implementations.set(definition, implementation);
}
/** Returns undefined if no definition in this process has this hash. */
export function storedImplementation(definition: string): unknown {
  return implementations.get(definition);
}
