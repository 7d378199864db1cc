import { checkVersionLine as read } from "#dsl/compiler/plan/version-line.js";
import type { ImplementedVerb } from "#dsl/compiler/statement/run-action.js";

export const word: ImplementedVerb = {
  kind: "verb",
  name: "tune",
  doc: "The version line that may open a file or a cell: which version of the language the text is written in.",
  example: "tune 1",
  operands: { what: "version" },
  connectors: {},
  effect: "defines",
  read,
  parameters: [],
};
