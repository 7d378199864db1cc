/** A word as its user would write it, for names of columns: what is placed by order without its name, defaults left out. */
import type { Registry } from "../types/registry.js";
import type { Call } from "../types/value.js";
import { hashOf } from "./hash.js";
import { tuneText, type Writing } from "./text.js";

/** Characters of a text that are enough to know it by. */
const ENOUGH = 24;

/** The same with long texts cut. */
export function briefCall(call: Call, registry: Registry): string {
  const quoted = (text: string): string => {
    const characters = Array.from(text.replace(/\s+/gu, " "));
    const cut =
      characters.length > ENOUGH
        ? `${characters
            .slice(0, ENOUGH - 1)
            .join("")
            .trimEnd()}…`
        : text;
    return JSON.stringify(cut);
  };
  return shortCall(call, registry, { number: String, quoted });
}

export function shortCall(call: Call, registry: Registry, writing?: Writing): string {
  const parameters = registry.find(call.kind, call.word)?.parameters ?? [];
  const written = Object.entries(call.arguments).flatMap(([name, value]): string[] => {
    const parameter = parameters.find((one) => one.name === name);
    const usual = parameter?.default;
    if (value === null || (usual && "value" in usual && hashOf(usual.value) === hashOf(value))) return [];
    const text = tuneText(value, { type: parameter?.type, registry }, writing);
    return [parameter?.positional === true ? text : `${name}: ${text}`];
  });
  return written.length === 0 ? call.word : `${call.word}(${written.join(", ")})`;
}
