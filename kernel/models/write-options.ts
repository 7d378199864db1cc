/** Generation options of a TypeScript cell: the keys of `predict`, validated against the words' records. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { GenerationSettings } from "#dsl/compiler/plan/action.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";

/** Generation options in TypeScript; the keys of `predict`. */
export interface GenerationOptionsInTypeScript {
  readonly max_tokens?: number;
  readonly stop?: string | readonly string[];
  /** A decoder with its parameters, `{ sample: { temperature: 0.7 } }`, or its name alone. */
  readonly decode?: string | Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;
}
const KEYS: readonly string[] = [
  "max_tokens",
  "stop",
  "decode",
] satisfies readonly (keyof GenerationOptionsInTypeScript)[];

/** Validates the given options against the words' records. Throws the coded error `bad-option`. */
export function generationSettingsFromOptions(options: GenerationOptionsInTypeScript): GenerationSettings {
  const odd = Object.keys(options).find((key) => !KEYS.includes(key));
  if (odd !== undefined) throw bad(odd, odd, `one of ${KEYS.join(", ")}`);
  const { max_tokens = 64, stop = [], decode = "greedy" } = options;
  if (!Number.isInteger(max_tokens) || max_tokens < 1) throw bad("max_tokens", max_tokens, "an integer from 1");
  const stops: readonly unknown[] = typeof stop === "string" ? [stop] : Array.isArray(stop) ? stop : [stop];
  if (!stops.every((text) => typeof text === "string")) throw bad("stop", stop, "a text, or a list of them");
  const [word, given] = decoderOf(decode);
  return { decode: decoderCall(word, given), max_tokens, stop: stops };
}

function bad(name: string, got: unknown, wanted: string): CodedError {
  return new CodedError("bad-option", { name, got: typeof got === "string" ? got : JSON.stringify(got), wanted });
}

/** Parses `sample` or `{ sample: { temperature: 0.7 } }`. */
function decoderOf(decode: unknown): readonly [word: string, given: Readonly<Record<string, unknown>>] {
  if (typeof decode === "string") return [decode, {}];
  const [first, ...others] = isRecord(decode) ? Object.entries(decode) : [];
  if (!first || others.length > 0 || !isRecord(first[1]))
    throw bad("decode", decode, "a decoder's name, or one with its parameters: `{ sample: { temperature: 0.7 } }`");
  return [first[0], first[1]];
}

function decoderCall(word: string, given: Readonly<Record<string, unknown>>): Call {
  const known = registry.ofKind("decoder").map((w) => w.name);
  const record = registry.find("decoder", word);
  if (!record) throw new CodedError("bad-option", { name: "decode", got: word, wanted: `one of ${known.join(", ")}` });
  for (const [name, value] of Object.entries(given)) {
    const parameter = record.parameters.find((p) => p.name === name);
    const has = record.parameters.map((p) => p.name).join(", ");
    if (!parameter)
      throw new CodedError("bad-option", {
        name: `${word}.${name}`,
        got: String(value),
        wanted: `a parameter of ${word}: ${has}`,
      });
    const { min = -Infinity, max = Infinity, exclusive } = parameter.range ?? {};
    const { type } = parameter;
    const kind = type.is === "boolean" ? "boolean" : "number";
    const whole = type.is !== "number" || !type.integer || Number.isInteger(value);
    const inside = typeof value !== "number" || (value <= max && (exclusive ? value > min : value >= min));
    if (typeof value !== kind || !inside || !whole)
      throw new CodedError("bad-option", { name: `${word}.${name}`, got: String(value), wanted: `${parameter.doc}` });
  }
  return { word, kind: "decoder", arguments: given as Call["arguments"] };
}
