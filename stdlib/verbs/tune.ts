import type { Verb } from "#dsl/types/registry.js";

export const word: Verb = {
  kind: "verb",
  name: "tune",
  doc: "The version line that may open a file or a cell: which language the text is written in, and which experiments are on.",
  example: "tune 1",
  since: "0.1.0",
  operands: { what: "version" },
  connectors: { with: { takes: "experiment", many: true } },
  does: "defines",
  notes: ["An experiment is switched on by its name: `tune 1 with NAME`. It holds until the next version line."],
  parameters: [],
};
