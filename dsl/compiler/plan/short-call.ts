/** Formats a word as a user would write it, for column names: positional arguments without names, defaults omitted. */
import type { Parameter, Registry } from "../../language/types/registry.js";
import type { Call } from "../../language/types/value.js";
import { hashOf } from "./hash.js";
import { tuneText, type ValueTextStyle } from "./text.js";

/** Maximum characters of a string that identify it. */
const ENOUGH = 24;

/** Formats a call with long strings shortened. */
export function briefCallText(call: Call, registry: Registry): string {
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
  return shortCallText(call, registry, { number: String, quoted });
}

/** Formats a call with its first positional argument shown even if it is the default: `ewc(1000)`. */
export function callTextWithPositional(call: Call, registry: Registry): string {
  return shortCallText(call, registry, undefined, true);
}

export function shortCallText(call: Call, registry: Registry, writing?: ValueTextStyle, placed = false): string {
  const parameters = registry.find(call.kind, call.word)?.parameters ?? [];
  const isUsual = ({ name, default: usual }: Parameter): boolean => {
    const value = call.arguments[name];
    return value === undefined || (usual !== undefined && "value" in usual && hashOf(usual.value) === hashOf(value));
  };
  const places = parameters.filter(({ positional }) => positional === true);
  const last = Math.max(
    0,
    places.findLastIndex((one) => !isUsual(one)),
  );
  const written = Object.entries(call.arguments).flatMap(([name, value]): string[] => {
    const parameter = parameters.find((one) => one.name === name);
    const isPlaced = placed && places.slice(0, last + 1).some((one) => one === parameter);
    if (value === null || (!isPlaced && parameter && isUsual(parameter))) return [];
    const text = tuneText(value, { type: parameter?.type, registry }, writing);
    return [parameter?.positional === true ? text : `${name}: ${text}`];
  });
  return written.length === 0 ? call.word : `${call.word}(${written.join(", ")})`;
}
