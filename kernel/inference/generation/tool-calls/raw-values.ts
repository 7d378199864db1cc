/** Converts unquoted argument values to JSON by their schema. */
import { isRecord } from "#dsl/language/diagnostics/record.js";

type Type = "string" | "number" | "boolean" | "null" | "object" | "array";
const ALL: readonly Type[] = ["string", "number", "boolean", "null", "object", "array"];

/** Returns the types that the schema allows; all types if it specifies none. */
function typesOf(schema: unknown): ReadonlySet<Type> {
  if (!isRecord(schema)) return new Set(ALL);
  const { type, anyOf, oneOf } = schema;
  const listed = schema["enum"];
  if (Array.isArray(listed)) return new Set(listed.map(typeOf));
  if ("const" in schema) return new Set([typeOf(schema["const"])]);
  const several = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : null;
  if (several) return new Set(several.flatMap((one) => [...typesOf(one)]));
  if (type === undefined) return new Set(ALL);
  const typeNames = (Array.isArray(type) ? (type as unknown[]) : [type]).map((one) =>
    one === "integer" ? "number" : one,
  );
  return new Set(ALL.filter((one) => typeNames.includes(one)));
}
function typeOf(value: unknown): Type {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  const type = typeof value;
  return ALL.find((one) => one === type) ?? "object";
}

export function isStringSchema(schema: unknown): boolean {
  const types = typesOf(schema);
  return types.size === 1 && types.has("string");
}

export function rawValueToJson(raw: string, schema: unknown): string {
  const types = typesOf(schema);
  if (types.size === 1 && types.has("string")) return JSON.stringify(raw);
  const trimmed = raw.trim();
  // Python spelling (`True`, `False`).
  if (types.has("boolean") && /^(true|false)$/i.test(trimmed)) return trimmed.toLowerCase();
  const value = parsed(trimmed);
  const fits = value !== undefined && (types.has(typeOf(value)) || !types.has("string"));
  return fits ? trimmed : JSON.stringify(raw);
}
function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}
