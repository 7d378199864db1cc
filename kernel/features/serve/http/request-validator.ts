/**
 * Whether what was sent is what a route reads, by ajv: a schema is compiled when something is first held to it, and once for all
 * servers of a process, so that a server is up sooner by what compiling all of them takes.
 */
import { Ajv, type ValidateFunction } from "ajv";
import type { FastifySchemaCompiler } from "fastify";
import { isRecord } from "#dsl/language/diagnostics/record.js";

/** Nothing of a value is changed. All mistakes of a body would be as many as whoever sends it likes: the first is told. */
const ajv = new Ajv({ addUsedSchema: false, allErrors: false });
const known = new Map<string, ValidateFunction>();

function schemaFrom(text: string): object {
  const schema: unknown = JSON.parse(text);
  return isRecord(schema) ? schema : {};
}

/** As Fastify asks for it (`setValidatorCompiler`). */
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
