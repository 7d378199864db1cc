import type { Verb } from "#dsl/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "show",
  doc: "Shows a definition, or a part of a run: `show router.plan`, `.history`, `.graph` (its layers as a picture), `.program` (every operation), `.mask` (which tokens of the rows are trained).",
  example: "show router.plan",
  since: "0.1.0",
  operands: { what: "topic", many: true },
  connectors: {},
  does: "acts",
  elsewhere: { print: "show", display: "show", plot: "show" },
  parameters: [],
};
