/** The registry with the whole vocabulary of this package. */
import { makeRegistry, type Registry } from "#dsl/registry.js";
import { version, words } from "./manifest.generated.js";
import { planned } from "./planned.js";

export const registry: Registry = makeRegistry([...words, ...planned], version);
