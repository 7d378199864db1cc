/** A word as its user would write it, for names of columns: what is placed by order without its name, defaults left out. */
import type { Registry } from "../types/registry.js";
import type { Call } from "../types/value.js";
import { hashOf } from "./hash.js";
import { tuneText } from "./text.js";

export function shortCall(call: Call, registry: Registry): string {
  const parameters = registry.find(call.kind, call.word)?.parameters ?? [];
  const written = Object.entries(call.arguments).flatMap(([name, value]): string[] => {
    const parameter = parameters.find((one) => one.name === name);
    const usual = parameter?.default;
    if (value === null || (usual && "value" in usual && hashOf(usual.value) === hashOf(value))) return [];
    const text = tuneText(value, { type: parameter?.type, registry });
    return [parameter?.positional === true ? text : `${name}: ${text}`];
  });
  return written.length === 0 ? call.word : `${call.word}(${written.join(", ")})`;
}
