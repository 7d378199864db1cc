import type { Verb } from "#dsl/language/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "serve",
  doc: "Serves a model over HTTP.",
  example: "serve router",
  planned: { meanwhile: "`deploy router to http(port: 8000) as desk`" },
  elsewhere: { host: "serve", launch: "serve" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
