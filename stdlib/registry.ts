/** The registry with the whole vocabulary of this package. */
import { makeRegistry, type Registry } from "#dsl/registry.js";
import { version, words } from "./manifest.generated.js";
import { planned } from "./planned.js";

const built = new Set(words.map((word) => `${word.kind} ${word.name}`));

export const registry: Registry = makeRegistry(
  [...words, ...planned.filter((word) => !built.has(`${word.kind} ${word.name}`))],
  version,
);
