/**
 * Validates requests with ajv: a schema is compiled at its first use, and once for all servers of a process, so that
 * servers start faster.
 */
import { Ajv, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
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
