/**
 * Schemas of requests: valibot schemas give the handlers' types, and are converted to the JSON schemas that Fastify
 * validates with and /openapi.json shows. They do not transform values, so that both agree.
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";

export type JsonSchema = Readonly<Record<string, unknown>>;

export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const json: Record<string, unknown> = { ...toJsonSchema(schema, { typeMode: "input" }) };
  delete json["$schema"];
  return json;
}

/** A model's name in a body; absent for the only model. */
export const optionalModelName = v.nullish(v.pipe(v.string(), v.maxLength(512)));
export const optionalBoolean = v.nullish(v.boolean());
/** A number in a range, both ends included. */
export const optionalNumberBetween = (least: number, most: number) =>
  v.nullish(v.pipe(v.number(), v.minValue(least), v.maxValue(most)));
export const optionalIntegerBetween = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  v.nullish(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most)));
export const anyObject = v.record(v.string(), v.unknown());
export const stopTexts = v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.maxLength(16));
export const oneOrMoreTexts = v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]);
export const nonEmptyList = <const S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1));
