/** The methods of each path, and the errors of requests that no route takes. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { CodedError } from "#dsl/language/diagnostics/codes.js";

/** Call it before routes are registered. Coded errors `method-not-offered`, `no-such-route`. */
export function refuseUnknownRoutes(app: FastifyInstance): void {
  const methods = routeMethodsOf(app);
  app.setNotFoundHandler((request) => {
    const method = request.method.slice(0, 20);
    const offered = methods(request.url.split("?", 1)[0] ?? "");
    if (offered.length > 0) throw new CodedError("method-not-offered", { method, offered });
    throw new CodedError("no-such-route", { method, near: nearTo(request) });
  });
}

/** Observes the registration of routes. */
function routeMethodsOf(app: FastifyInstance): (path: string) => readonly string[] {
  const known: { readonly shape: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const parts = url.split("/").map((part) => (part.startsWith(":") ? "[^/]+" : part.replace(/[^\w-]/g, "\\$&")));
    known.push({
      shape: new RegExp(`^${parts.join("/")}/?$`),
      methods: typeof method === "string" ? [method] : method,
    });
  });
  return (path) => [...new Set(known.filter(({ shape }) => shape.test(path)).flatMap(({ methods }) => methods))].sort();
}

const posts = [
  "POST /v1/chat/completions",
  "POST /v1/responses",
  "POST /v1/embeddings",
  "POST /predict",
  "POST /models/NAME",
];
function nearTo({ url }: FastifyRequest): readonly string[] {
  const first = url.split(/[/?]/)[1] ?? "";
  const near = posts.filter((route) => first !== "" && route.includes(`/${first}`));
  return near.length === 0 ? posts : near;
}
