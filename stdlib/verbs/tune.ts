import { version as read } from "#dsl/plan/version.js";
import type { BuiltVerb } from "#dsl/compile/act.js";

export const word: BuiltVerb = {
  kind: "verb",
  name: "tune",
  doc: "The version line that may open a file or a cell: which language the text is written in, and which experiments are on.",
  example: "tune 1",
  since: "0.1.0",
  operands: { what: "version" },
  connectors: { with: { takes: "experiment", many: true } },
  effect: "defines",
  read,
  notes: ["An experiment is switched on by its name: `tune 1 with NAME`. It holds until the next version line."],
  parameters: [],
};
