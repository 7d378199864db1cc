/**
 * Validates requests with ajv: a schema is compiled at its first use, and once for all servers of a process, so that
 * servers start faster. Its errors are reported as coded errors.
 */
import { Ajv, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** Values are not changed. Only the first error is reported, since a client could cause any number of them. */
const ajv = new Ajv({ addUsedSchema: false, allErrors: false });
const known = new Map<string, ValidateFunction>();

function schemaFrom(text: string): object {
  const schema: unknown = JSON.parse(text);
  return isRecord(schema) ? schema : {};
}

/** Interface of Fastify (`setValidatorCompiler`). */
export const compileValidator: FastifySchemaCompiler<unknown> = ({ schema }) => {
  const text = JSON.stringify(schema);
  const check: ReturnType<FastifySchemaCompiler<unknown>> = (value: unknown) => {
    let validate = known.get(text);
    if (!validate) known.set(text, (validate = ajv.compile(schemaFrom(text))));
    const holds = validate(value);
    check.errors = validate.errors ?? null;
    return holds;
  };
  return check;
};

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
  if (!first) return new CodedError("request-unlike", { at: null, why: "is not supported by this route" });
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
  integer: "an integer",
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
