import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "report",
  doc: "Writes a report.",
  example: "report router",
  since: "0.1.0",
  planned: { meanwhile: "run the notebook headless: `tunebook run book.ipynb --out report.ipynb`" },
  operands: { what: "any", many: true },
  connectors: {},
  effect: "acts",
  parameters: [],
};
