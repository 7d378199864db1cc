/**
 * Schemas of requests: valibot's, whose type is what a handler reads, turned into the JSON schema that Fastify holds bodies to
 * and that /openapi.json shows. They change nothing of a value, so that both say the same.
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

/** A name of a model as a body says it; absent: the only one. */
export const modelName = v.nullish(v.pipe(v.string(), v.maxLength(512)));
export const flag = v.nullish(v.boolean());
/** A number between two, both included. */
export const numberBetween = (least: number, most: number) =>
  v.nullish(v.pipe(v.number(), v.minValue(least), v.maxValue(most)));
export const integerBetween = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.nullish(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)));
export const anyObject = v.record(v.string(), v.unknown());
/** Texts that end what is written. */
export const stopTexts = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(16));
/** One text or several. */
export const oneOrMoreTexts = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]);
export const nonEmptyList = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1));

/** What Ajv finds. */
interface Found {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** The coded error of what a body is not. Of values that may be several things, what they come nearest to is told. */
export function bodyMismatchError(found: readonly Found[]): CodedError {
  const real = found.filter(({ keyword, params }) => !(keyword === "type" && params["type"] === "null"));
  const worth = real.length === 0 ? found : real;
  const deepest = Math.max(...worth.map(depthOf));
  const nearest = worth.filter((one) => depthOf(one) === deepest && one.keyword !== "anyOf");
  // What is too short or too long for one of them is of its type: that it is of no other says nothing more.
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

/** `/messages/0/content` as `messages[0].content`; the body itself: null. */
function dotted(pointer: string): string | null {
  if (pointer === "") return null;
  const parts = pointer.slice(1).split("/");
  const named = parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").slice(0, 60));
  return named.map((part, i) => (/^\d+$/.test(part) ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}
