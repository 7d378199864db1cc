/** /openapi.json: requests, from the schemas that validate them, and responses. */
import swagger, { type FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import * as v from "valibot";
import type { ApiDialect } from "./failures.js";
import { jsonSchemaOf, type JsonSchema } from "./schema.js";

/** Schemas of a route's response; `event`: of one event of its stream. */
export interface RouteReplySchemas {
  readonly whole?: v.GenericSchema;
  readonly event?: v.GenericSchema;
}
declare module "fastify" {
  interface FastifyContextConfig {
    readonly answers?: RouteReplySchemas;
  }
}

const words = { code: v.string() };
const failures: { readonly [D in ApiDialect]: v.GenericSchema } = {
  openai: v.object({
    error: v.object({ message: v.string(), type: v.string(), param: v.nullable(v.string()), ...words }),
  }),
  tei: v.object({ error: v.string(), error_type: v.string(), ...words }),
  "hugging-face": v.object({ error: v.string(), ...words }),
};

const json = (schema: JsonSchema): unknown => ({ "application/json": { schema } });

/** `keyed`: whether requests need a key. */
export async function registerOpenApi(app: FastifyInstance, keyed: boolean): Promise<void> {
  await app.register(swagger, openApiOptions(keyed));
}

function openApiOptions(keyed: boolean): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Tunebook",
        description: "Models that were trained in Tunebook, in the interfaces that clients already speak.",
        version: "1",
      },
      // A key that is sent although none is required is ignored.
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
      security: keyed ? [{ key: [] }] : [{}, { key: [] }],
    },
    transform: ({ schema, url, route: { config, method } }) => {
      const named = {
        ...schema,
        operationId: idOf(String(method), url),
        ...(config?.open === true && { security: [] }),
      };
      return { schema: config?.dialect ? { ...named, response: answersOf(config, config.dialect) } : named, url };
    },
  };
}

/** For example `post_v1_chat_completions`: the name in generated clients. */
const idOf = (method: string, url: string): string =>
  [method.toLowerCase(), ...url.split(/[^\w]+/).filter((part) => part !== "")].join("_");

function answersOf({ answers = {} }: { readonly answers?: RouteReplySchemas }, dialect: ApiDialect): unknown {
  const { whole, event } = answers;
  const failure = failures[dialect];
  return {
    200: {
      description: "The response; the header `x-truncated` has the number of truncated texts",
      content: {
        ...(json(whole ? jsonSchemaOf(whole) : {}) as object),
        ...(event && { "text/event-stream": { schema: jsonSchemaOf(event) } }),
      },
    },
    "4xx": { description: "The error in the request", content: json(jsonSchemaOf(failure)) },
    "5xx": {
      description: "The server's error; `retry-after` gives the time until a retry",
      content: json(jsonSchemaOf(failure)),
    },
  };
}
