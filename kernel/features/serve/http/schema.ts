/**
 * Schemas of requests: valibot schemas give the handlers' types, and are converted to the JSON schemas that Fastify
 * validates with and /openapi.json shows. They do not transform values, so that both agree.
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

export type JsonSchema = Readonly<Record<string, unknown>>;

export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const json: Record<string, unknown> = { ...toJsonSchema(schema, { typeMode: "input" }) };
  delete json["$schema"];
  return json;
}

/** A model's name in a body; absent for the only model. */
export const modelName = v.nullish(v.pipe(v.string(), v.maxLength(512)));
export const flag = v.nullish(v.boolean());
/** A number in a range, both ends included. */
export const numberBetween = (least: number, most: number) =>
  v.nullish(v.pipe(v.number(), v.minValue(least), v.maxValue(most)));
export const integerBetween = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.nullish(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)));
export const anyObject = v.record(v.string(), v.unknown());
export const stopTexts = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(16));
export const oneOrMoreTexts = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]);
export const nonEmptyList = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1));

interface Found {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Creates the coded error of an invalid body. If a value has several alternatives, reports the closest. */
export function bodyMismatchError(found: readonly Found[]): CodedError {
  const real = found.filter(({ keyword, params }) => !(keyword === "type" && params["type"] === "null"));
  const worth = real.length === 0 ? found : real;
  const deepest = Math.max(...worth.map(depthOf));
  const nearest = worth.filter((one) => depthOf(one) === deepest && one.keyword !== "anyOf");
  // A value with a length error has the right type for one alternative, so type errors of the others are not reported.
  const bounded = nearest.filter(({ keyword }) => /^(min|max)/.test(keyword));
  const [first = worth[0]] = nearest;
  if (!first) return new CodedError("request-unlike", { at: null, why: "is not what this route reads" });
  const missing = first.keyword === "required" ? String(first.params["missingProperty"]) : null;
  const field = dotted(first.instancePath + (missing === null ? "" : `/${missing}`));
  const ways = new Set((bounded.length > 0 ? bounded : nearest).map(whyOf));
  return new CodedError("request-unlike", {
    at: field,
    why: missing === null ? [...ways].join(", or ") : "is missing",
  });
}

const depthOf = ({ instancePath }: Found): number => instancePath.split("/").length;

function whyOf({ keyword, message = "is not allowed", params }: Found): string {
  if (keyword === "type") return `must be ${typeNames[String(params["type"])] ?? String(params["type"])}`;
  if (keyword === "enum")
    return `must be one of ${(params["allowedValues"] as readonly unknown[]).map(String).join(", ")}`;
  if (keyword === "const") return `must be ${JSON.stringify(params["allowedValue"])}`;
  if ((keyword === "minItems" || keyword === "minLength") && params["limit"] === 1) return "must not be empty";
  return message;
}
const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  null: "null",
};

/** `/messages/0/content` becomes `messages[0].content`; the body itself becomes null. */
function dotted(pointer: string): string | null {
  if (pointer === "") return null;
  const parts = pointer.slice(1).split("/");
  const named = parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").slice(0, 60));
  return named.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}
