/** The methods of each path. */
import type { FastifyInstance } from "fastify";

/** Call it before routes are registered: it observes their registration. */
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
