/** Compiles a JSON Schema into a validator with ajv, including formats (`date`, `email`, …). */
import { Ajv } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { SchemaValidator } from "#platform/schemas.js";

/** Unknown keywords are treated as annotations, as the drafts define. */
const options = { strict: false, logger: false, validateFormats: true } as const;

/** Throws errors with a message that continues after a colon. */
export function compileSchemaValue(schema: unknown): SchemaValidator {
  if (typeof schema !== "boolean" && (typeof schema !== "object" || schema === null || Array.isArray(schema)))
    throw new Error("it is neither an object nor true or false");
  const ajv = readerFor(typeof schema === "object" ? (schema as { readonly $schema?: unknown }).$schema : undefined);
  const validate = ajv.compile(schema);
  return (value) => {
    try {
      return validate(value) === true;
    } catch (error) {
      // An extremely deep value and a recursive schema overflow the stack; the value counts as invalid.
      if (error instanceof RangeError) return false;
      throw error;
    }
  };
}

function readerFor(draft: unknown): Ajv {
  const draftUrl = typeof draft === "string" ? draft : "";
  const ajv = draftUrl.includes("2019-09")
    ? new Ajv2019(options)
    : /draft-0[67]/.test(draftUrl)
      ? new Ajv(options)
      : new Ajv2020(options);
  addFormats.default(ajv);
  return ajv;
}
