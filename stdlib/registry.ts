/** The registry with the whole vocabulary of this package. */
import { makeRegistry, type Registry } from "#dsl/types/registry.js";
import { words } from "./manifest.generated.js";
import { planned } from "./lib/planned.js";

export const registry: Registry = makeRegistry([...words, ...planned]);
