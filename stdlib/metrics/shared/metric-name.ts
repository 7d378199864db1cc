/**
 * Name of a metric as a user would write it: `accuracy`, `f1(macro)`. Scores are looked up by it, so it is one-to-one
 * with the call. It omits only values at the word's own default, and an ambiguous value has the name of its parameter.
 */
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Parameter, Word } from "#dsl/language/types/registry.js";
import type { WordCheckContext } from "#dsl/language/types/context.js";
import type { Call, Value } from "#dsl/language/types/value.js";
import type { MetricCapabilities } from "#dsl/language/types/capabilities/metric.js";

/** A registry, or the part of it that a rule can access: both have the same records. */
export interface MetricRegistry {
  find(kind: "metric", name: string): Partial<Pick<Word<"metric">, "parameters" | "capabilities">> | undefined;
}

/** Stored scores have these arguments without the parameter's name, although a program could not write them so. */
const BARE: ReadonlySet<string> = new Set(["of", "model"]);
/** Maximum length of a text in a name; a longer text is shortened, with a hash of the full text. */
const LONGEST = 60;

export function metricName(call: Call, words: MetricRegistry): string {
  const word = words.find("metric", call.word);
  const parameters = word?.parameters ?? [];
  const parts: string[] = [];
  // After an omitted positional argument, later ones need their names.
  let inPlace = true;
  for (const parameter of parameters) {
    const value = call.arguments[parameter.name];
    const usual = usualOf(parameter, call);
    const keepsDefault = parameter.positional && word?.capabilities?.namesDefault;
    if (value === undefined || value === null || (!keepsDefault && same(value, usual))) {
      if (parameter.positional) inPlace = false;
      continue;
    }
    const bare = (parameter.positional ? inPlace : false) || BARE.has(parameter.name);
    parts.push(
      bare && plain(value, parameter, parameters) ? String(value as string) : `${parameter.name}: ${written(value)}`,
    );
  }
  const known = new Set(parameters.map(({ name }) => name));
  const others = Object.entries(call.arguments).filter(([name, value]) => !known.has(name) && value !== null);
  parts.push(...others.map(([name, value]) => `${name}: ${written(value)}`));
  return parts.length === 0 ? call.word : `${call.word}(${parts.join(", ")})`;
}

/** Derived defaults of metrics depend only on the arguments of the same call. */
function usualOf({ default: standard }: Parameter, call: Call): Value | undefined {
  if (standard === undefined) return undefined;
  return "value" in standard ? standard.value : standard.from(call.arguments, {} as WordCheckContext);
}

function same(a: Value, b: Value | undefined): boolean {
  return a === b || (typeof a === "object" && b !== undefined && b !== null && hashOf(a) === hashOf(b));
}

/** Returns true if the value is unambiguous without its parameter's name. */
function plain(value: Value, { name }: Parameter, parameters: readonly Parameter[]): boolean {
  if (typeof value === "number") return true;
  if (typeof value !== "string" || value.length > LONGEST) return false;
  const choices = parameters.flatMap((one) => (one.name !== name && one.type.is === "choice" ? one.type.of : []));
  return /^[^\s,:()"'\\[\]{}](?:[^,:()"'\\[\]{}\n]*[^\s,:()"'\\[\]{}])?$/u.test(value) && !choices.includes(value);
}

function written(value: Value): string {
  if (typeof value === "string") {
    if (value.length <= LONGEST) return JSON.stringify(value);
    return `${JSON.stringify(`${value.slice(0, LONGEST - 1)}…`)} #${hashOf(value).slice(0, 8)}`;
  }
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(written).join(", ")}]`;
  if ("word" in value) {
    const inner = Object.entries(value.arguments).filter(([, one]) => one !== null);
    return `${value.word}(${inner.map(([name, one]) => `${name}: ${written(one)}`).join(", ")})`;
  }
  return JSON.stringify(value);
}

/** Returns the capabilities of the metric with that name; undefined if its word is not in the vocabulary. */
export function metricCapabilities(name: string, registry: MetricRegistry): MetricCapabilities | undefined {
  return registry.find("metric", /^\w+/.exec(name)?.[0] ?? "")?.capabilities;
}
