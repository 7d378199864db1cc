/** Loads the implementation of a call's word, including user-defined words. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Call } from "#dsl/language/types/value.js";
import type { Implementations, LoadedImplementation } from "#dsl/language/types/registry.js";
import { storedImplementation } from "#stdlib/user-defined/store.js";
import { registry } from "#stdlib/registry.js";

export function loadImplementation<K extends keyof Implementations>(
  call: Call & { readonly kind: string },
  kind: K,
): Promise<LoadedImplementation<K>> {
  return call.definition === undefined
    ? implementationOf(registry, kind, call.word)
    : defined(call, kind, call.definition);
}

/** The user's definition at the time the plan was made. */
function defined<K extends keyof Implementations>(
  call: Call,
  kind: K,
  definition: string,
): Promise<LoadedImplementation<K>> {
  const implementation = storedImplementation(definition);
  if (implementation === undefined)
    return Promise.reject(new CodedError("internal", { what: `the ${kind} ${call.word} was defined elsewhere` }));
  return Promise.resolve(implementation as LoadedImplementation<K>);
}
