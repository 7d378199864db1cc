/** The server's own routes: health, metrics, API description, and a page to try the model by hand. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Readiness } from "../contract.js";
import type { RouteContext } from "../http/route-context.js";
import { pageHtml } from "../page/page.js";
import type { HttpServerParts } from "./server-parts.js";

const tags = ["Server"];
const text = { type: "string" } as const;
const notReady = {
  type: "object",
  additionalProperties: text,
  description: "The models that are not ready, with reasons",
} as const;
const status = {
  type: "object",
  properties: { status: text, why: text, models: notReady },
  required: ["status"],
} as const;
const standing = {
  response: {
    200: { description: "It does", ...status },
    503: { description: "It doesn't, and why", ...status },
  },
} as const;
const figures = {
  response: { 200: { description: "Figures", content: { "text/plain": { schema: text } } } },
} as const;

export function tunebookRoutes(
  app: FastifyInstance,
  { models, counts }: RouteContext,
  { stops, drains, doors }: HttpServerParts,
): void {
  const open = { config: { open: true, rateLimit: false } };
  // Names and problems of models are only shown to clients that may use them.
  const mayKnow = ({ call }: FastifyRequest): boolean => !doors.keyed || call.key !== null;
  app.get("/health", { ...open, schema: { tags, summary: "Whether the server runs", ...standing } }, (request) => {
    const { models: sick } = models.ready();
    return { status: "ok", ...(sick && mayKnow(request) && { models: sick }) };
  });
  app.get(
    "/ready",
    { ...open, schema: { tags, summary: "Whether every model is ready", ...standing } },
    (request, reply) => {
      const now: Readiness =
        stops() || drains() ? { ready: false, why: "the server is being stopped" } : models.ready();
      const { ready, ...why } = now;
      if (!ready) reply.code(503).header("retry-after", "1");
      return { status: ready ? "ready" : "not ready", ...(mayKnow(request) && why) };
    },
  );
  app.get("/metrics", { schema: { tags, summary: "Figures for Prometheus", ...figures } }, async (_, reply) =>
    reply.type(counts.type).send(await counts.text()),
  );
  let described: string | null = null;
  app.get("/openapi.json", { schema: { tags, summary: "This document" } }, (_, reply) => {
    described ??= JSON.stringify(app.swagger());
    return reply.type("application/json; charset=utf-8").send(described);
  });
  // The page itself contains no model information: it requests it, with the key if keys are set.
  app.get("/", { config: { open: true }, schema: { hide: true } }, (_, reply) => {
    const nonce = randomBytes(16).toString("base64");
    const only = `'nonce-${nonce}'`;
    return reply
      .header(
        "content-security-policy",
        `default-src 'none'; script-src ${only}; style-src ${only}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      )
      .type("text/html; charset=utf-8")
      .send(pageHtml({ nonce, keyed: doors.keyed }));
  });
}
