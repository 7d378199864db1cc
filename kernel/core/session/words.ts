/** Loads what a call's word does; the checker made sure that the word exists. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Call } from "#dsl/types/value.js";
import type { Implementations, Loaded } from "#dsl/types/registry.js";
import { kept } from "#stdlib/lib/defined/store.js";
import { registry } from "#stdlib/registry.js";
import "./internal-code.js";

export async function implementationOf<K extends keyof Implementations>(kind: K, name: string): Promise<Loaded<K>> {
  const word = registry.find(kind, name);
  if (!word?.load) throw new CodedError("internal", { what: `the ${kind} ${name} has nothing to run` });
  return word.load();
}

export function does<K extends keyof Implementations>(
  call: Call & { readonly kind: string },
  kind: K,
): Promise<Loaded<K>> {
  return call.definition === undefined ? implementationOf(kind, call.word) : defined(call, kind, call.definition);
}

/** What the user defined, as it was when the plan was made. */
function defined<K extends keyof Implementations>(call: Call, kind: K, definition: string): Promise<Loaded<K>> {
  const implementation = kept(definition);
  if (implementation === undefined)
    return Promise.reject(new CodedError("internal", { what: `the ${kind} ${call.word} was defined elsewhere` }));
  return Promise.resolve(implementation as Loaded<K>);
}
