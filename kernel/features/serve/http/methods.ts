/** Which methods there are for a path. */
import type { FastifyInstance } from "fastify";

/** It hears of routes as they are made: before them. */
export function routeMethodsOf(app: FastifyInstance): (path: string) => readonly string[] {
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
