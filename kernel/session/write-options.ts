/** How text is written when a TypeScript cell asks: the keys of `predict`, checked against the words' own records. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import type { Writing } from "#dsl/plan/plan.js";
import type { Call } from "#dsl/types/value.js";
import { registry } from "#stdlib/registry.js";
import "../artifacts/codes.js";

/** How text is written, as TypeScript gives it; the keys of `predict`. */
export interface WriteOptions {
  readonly max_tokens?: number;
  readonly stop?: string | readonly string[];
  /** A decoder and its parameters: `{ sample: { temperature: 0.7 } }`, or its name alone. */
  readonly decode?: string | Readonly<Record<string, Readonly<Record<string, number | boolean>>>>;
}
/** What TypeScript gave, checked against the words' own records. */
export function writingOf(o: WriteOptions): Writing {
  const { max_tokens = 64, stop = [], decode = "greedy" } = o;
  if (!Number.isInteger(max_tokens) || max_tokens < 1)
    throw new CodedError("bad-option", {
      name: "max_tokens",
      got: String(max_tokens),
      wanted: "a whole number from 1",
    });
  const [word, given] = typeof decode === "string" ? [decode, {}] : (Object.entries(decode)[0] ?? ["", {}]);
  return { decode: decoderCall(word, given), max_tokens, stop: typeof stop === "string" ? [stop] : stop };
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
    const kind = parameter.type.is === "boolean" ? "boolean" : "number";
    const inside = typeof value !== "number" || (value <= max && (exclusive ? value > min : value >= min));
    if (typeof value !== kind || !inside)
      throw new CodedError("bad-option", { name: `${word}.${name}`, got: String(value), wanted: `${parameter.doc}` });
  }
  return { word, kind: "decoder", arguments: given as Call["arguments"] };
}
