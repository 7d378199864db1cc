/** The registry with the whole vocabulary of this package. */
import { makeRegistry, type Registry } from "#dsl/registry.js";
import { words } from "./manifest.generated.js";

export const registry: Registry = makeRegistry(words);
